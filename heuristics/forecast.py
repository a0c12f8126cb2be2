"""Forecast of a learning curve: forms weighed by a held-out size, with an 80 % band that was calibrated."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from heuristics.basis import Basis, Estimate
from heuristics.facts.forecast import Ahead, Forecast, LadderPoint
from heuristics.facts.pilot import PilotFacts
from heuristics.learning_curve import FORMS, Form, Means, Numbers, fit, predict
from heuristics.thresholds.judging import ForecastLimits

LAST = "last value"
_FACTORS = (2.0, 4.0)
_DRAWN = 13
_UNSEEN = 0.02
"""Deviation of a run's log value between seeds where no size has two."""
_NEAR = 0.01
"""Log error at the held-out size below which forms count as equally good."""
_Z = NormalDist().inv_cdf(0.9)
"""Half width of a central 80 % band, in standard deviations."""
_SOURCE = "learning curve of the pilot's ladder, 80 % band"


@dataclass(frozen=True, slots=True)
class Fitted:
    """One form, fitted to all sizes and tried on the largest."""

    title: str
    error: float
    """|log predicted - log measured| at the largest size, from the smaller ones."""
    form: Form | None
    """None for the last value."""
    parameters: Numbers

    def at(self, samples: Sequence[float]) -> Numbers:
        """Log values."""
        if self.form is None:
            return np.full(len(samples), self.parameters[0])
        return predict(self.form, self.parameters, samples)


@dataclass(frozen=True, slots=True)
class Band:
    """Log value (log odds of a wrong answer for shares) and its standard deviation at some sizes, before any
    widening."""

    centre: Numbers
    deviation: Numbers
    fits: tuple[Fitted, ...]
    """Best first."""


def forecast(pilot: PilotFacts, metric: str, limits: ForecastLimits) -> Forecast | str:
    """The curve on the goal's metric, or on the loss where it cannot be; a reason when there is
    none at all."""
    rungs = [each for each in pilot.rungs if not each.cleaned]
    losses = tuple(LadderPoint(each.samples, each.seed, each.heldout_loss) for each in rungs)
    if metric == "loss":
        return of_points(losses, "loss", "nats", limits)
    own = tuple(
        LadderPoint(each.samples, each.seed, 1 - each.value, each.metric_items)
        for each in rungs
        if each.metric == metric and each.value is not None
    )
    made = of_points(own, metric, "share", limits)
    if isinstance(made, Forecast):
        return made
    return of_points(losses, "loss", "nats", limits, f"{metric.replace('_', ' ')}: {made}")


@lru_cache(maxsize=32)
def of_points(
    points: tuple[LadderPoint, ...], metric: str, unit: str, limits: ForecastLimits, instead_of: str = ""
) -> Forecast | str:
    """The forecast from the ladder's points, or why there is none."""
    usable = tuple(each for each in points if each.samples > 0 and math.isfinite(each.value))
    sizes = sorted({each.samples for each in usable})
    if len(sizes) < limits.sizes_least:
        return f"it takes {limits.sizes_least} sizes of training set, and the pilot had {len(sizes)}"
    if unit == "nats" and min(each.value for each in usable) <= 0:
        return "a loss of zero leaves nothing to forecast"
    if unit == "share" and max(each.value for each in usable) == 0:
        return "no answer was wrong, so nothing is left to gain"
    largest = sizes[-1]
    grid = np.geomspace(sizes[0], largest * _FACTORS[-1], _DRAWN)
    wanted = [*(largest * each for each in _FACTORS), *grid]
    band = banded(usable, wanted)
    half = _Z * _widening(unit, limits) * band.deviation
    low, value, high = (_levels(band.centre + side * half, unit) for side in (-1, 0, 1))
    now = float(_levels(means_of(usable).y[-1:], unit)[0])
    rows = list(zip(wanted, value.tolist(), low.tolist(), high.tolist(), strict=True))
    turned = [_turned(each, unit) for each in rows]
    return Forecast(
        metric=metric,
        unit=unit,
        form=band.fits[0].title,
        points=usable,
        now=1 - now if unit == "share" else now,
        ahead=tuple(
            _ahead(factor, row, now, unit)
            for factor, row in zip(_FACTORS, rows[: len(_FACTORS)], strict=True)
        ),
        curve=tuple((round(row[0]), *row[1:]) for row in turned[len(_FACTORS) :]),
        heldout_errors=tuple((each.title, round(each.error, 4)) for each in band.fits),
        instead_of=instead_of,
    )


def more_rows(made: Forecast, improvement: float, limits: ForecastLimits) -> tuple[int, int | None] | None:
    """Rows at which the curve has improved by `improvement`: (by the hopeful edge, by the cautious one).

    The second is None when the cautious edge does not get there within the farthest size, the whole None when
    not even the hopeful one does; nothing is said beyond that size.
    """
    wanted = _falling(made.now, made.unit) - improvement
    sizes = np.geomspace(made.largest, made.largest * limits.farthest, 40)
    if wanted <= 0:
        return None
    band = banded(made.points, sizes.tolist())
    half = _Z * _widening(made.unit, limits) * band.deviation
    reached = []
    for side in (-1, 1):
        below = _levels(band.centre + side * half, made.unit) <= wanted
        reached.append(round(float(sizes[int(np.argmax(below))])) if below.any() else None)
    return None if reached[0] is None else (reached[0], reached[1])


def last_fall(points: Sequence[LadderPoint]) -> tuple[float, float]:
    """How far the log value fell from the second largest size to the largest, and the standard error of that
    by the seeds' noise; nothing for one size."""
    means = means_of(points)
    if len(means.y) < 2:
        return 0.0, math.inf
    error = between_seeds(points) * math.sqrt(1 / means.weights[-1] + 1 / means.weights[-2])
    return float(means.y[-2] - means.y[-1]), error


def banded(points: Sequence[LadderPoint], wanted: Sequence[float]) -> Band:
    """Centre and deviation in the log at the wanted sizes.

    The deviation joins the spread of the forms, weighted by how well each predicted the largest size; what
    noise of the points does to the chosen form; its own error there, growing with the distance; and the noise
    of one more run, pooled over all sizes.
    """
    means = means_of(points)
    between, counted = between_seeds(points), counting_noise(points)
    noise = math.sqrt(between**2 + float(counted[-1]) ** 2)
    fits = _fits(means)
    best = fits[0]
    # One held-out size chooses badly by itself: every form counts by how near it came.
    scale = max(best.error, noise, _NEAR)
    weights = np.array([math.exp(-0.5 * (each.error / scale) ** 2) for each in fits])
    weights /= weights.sum()
    each_at = np.stack([each.at(wanted) for each in fits])
    centre = weights @ each_at
    spread = weights @ (each_at - centre) ** 2
    carried = np.zeros(len(wanted))
    for place in range(len(means.x)):
        # Seeds of one size answer the same rows, so that more seeds do not lessen the chance of the rows.
        by = math.sqrt(between**2 / means.weights[place] + float(counted[place]) ** 2)
        moved = _refitted(best, means.moved(place, by))
        carried += (moved.at(wanted) - each_at[0]) ** 2
    ratio = np.log(np.maximum(np.asarray(wanted, dtype=float) / math.exp(means.x[-1]), 1.0)) / math.log(2)
    beyond = (best.error * ratio / 2) ** 2
    return Band(centre, np.sqrt(spread + carried + noise**2 + beyond), fits)


def means_of(points: Sequence[LadderPoint]) -> Means:
    """Mean log value of each size."""
    by_size = _by_size(points)
    logs = [[_log(each) for each in group] for group in by_size.values()]
    return Means(
        np.log(np.array(list(by_size), dtype=float)),
        np.array([sum(each) / len(each) for each in logs]),
        np.array([float(len(each)) for each in logs]),
    )


def between_seeds(points: Sequence[LadderPoint]) -> float:
    """Standard deviation of one run's log value between seeds, pooled over sizes."""
    groups = [[_log(each) for each in group] for group in _by_size(points).values()]
    freedom = sum(len(group) - 1 for group in groups)
    squares = sum((each - sum(group) / len(group)) ** 2 for group in groups for each in group)
    return max(0.01, math.sqrt(squares / freedom) if freedom else _UNSEEN)


def counting_noise(points: Sequence[LadderPoint]) -> Numbers:
    """Standard deviation of the log odds at each size that comes from the number of rows counted; 0 for
    losses, whose rows are many tokens."""
    found = []
    for group in _by_size(points).values():
        counted = [each for each in group if each.items]
        found.append(sum(sum(_odds_variance(each)) for each in counted) / len(counted) if counted else 0.0)
    return np.asarray(np.sqrt(np.array(found)), dtype=np.float64)


def _by_size(points: Sequence[LadderPoint]) -> dict[int, list[LadderPoint]]:
    """The points of each size, smallest first."""
    groups: dict[int, list[LadderPoint]] = {}
    for each in sorted(points, key=lambda point: point.samples):
        groups.setdefault(each.samples, []).append(each)
    return groups


def _odds_variance(point: LadderPoint) -> tuple[float, float]:
    """What wrong and right answers add to the variance of the log odds (Gart & Zweifel 1967, Biometrika
    54:181)."""
    wrong = point.value * point.items
    return 1 / (wrong + 0.5), 1 / (point.items - wrong + 0.5)


def _log(point: LadderPoint) -> float:
    """The log of a loss; for a share the log odds of a wrong answer, with half an answer added to each side:
    a share moves between nothing and everything, and odds know no edge."""
    if not point.items:
        return math.log(point.value)
    wrong = point.value * point.items
    return math.log((wrong + 0.5) / (point.items - wrong + 0.5))


def _levels(logs: Numbers, unit: str) -> Numbers:
    """Losses, or shares of wrong answers, from their logs."""
    if unit == "share":
        return np.asarray(1 / (1 + np.exp(-logs)), dtype=np.float64)
    return np.asarray(np.exp(logs), dtype=np.float64)


def _widening(unit: str, limits: ForecastLimits) -> float:
    return limits.widening_share if unit == "share" else limits.widening


def _fits(means: Means) -> tuple[Fitted, ...]:
    """Every form, best at the largest size first; of equals the simpler one."""
    before = means.without_last()
    found = [Fitted(LAST, abs(float(before.y[-1] - means.y[-1])), None, means.y[-1:])]
    for form in FORMS:
        tried = float(predict(form, fit(form, before), [math.exp(means.x[-1])])[0])
        found.append(Fitted(form.title, abs(tried - float(means.y[-1])), form, fit(form, means)))
    return tuple(sorted(found, key=lambda each: each.error))


def _refitted(fitted: Fitted, means: Means) -> Fitted:
    if fitted.form is None:
        return Fitted(fitted.title, fitted.error, None, means.y[-1:])
    return Fitted(fitted.title, fitted.error, fitted.form, fit(fitted.form, means, fitted.parameters))


def _falling(value: float, unit: str) -> float:
    return 1 - value if unit == "share" else value


def _turned(row: tuple[float, float, float, float], unit: str) -> tuple[float, float, float, float]:
    """A falling value and its band in the metric's own direction."""
    size, value, low, high = row
    if unit != "share":
        return size, value, low, high
    return size, max(0.0, 1 - value), max(0.0, 1 - high), 1 - low


def _ahead(factor: float, row: tuple[float, float, float, float], now: float, unit: str) -> Ahead:
    size, value, low, high = _turned(row, unit)
    if unit == "share":
        # A share stays between nothing and everything, and so does what it can gain.
        more, least, most = value - (1 - now), low - (1 - now), high - (1 - now)
    else:
        more, least, most = now - row[1], now - row[3], now - row[2]
    gain = Estimate(more, least, most, unit, Basis.MEASURED, _SOURCE)
    return Ahead(factor, round(size), Estimate(value, low, high, unit, Basis.MEASURED, _SOURCE), gain)
