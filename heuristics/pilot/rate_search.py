"""The learning rate from a few short runs: which to try next, and what they say together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from heuristics.facts.experiment import RateEvidence, RatePoint
from heuristics.thresholds.judging import SearchLimits


@dataclass(frozen=True, slots=True)
class Horizon:
    """Length and batch of a run, on which its best rate depends."""

    steps: int
    batch: int
    """Examples per optimizer step."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The parabola of held-out loss over log rate around its best points."""

    best: float
    low: float
    high: float
    loss: float
    """At `best`."""
    curved: bool
    """True when it has a minimum between the rates that were tried."""


def first_rates(prior: float, limits: SearchLimits) -> tuple[float, ...]:
    """The three rates that are tried first, the prior first: the ends are told apart from it."""
    return (prior, prior / limits.factor, prior * limits.factor)


def next_rate(points: Sequence[RatePoint], prior: float, noise: float, limits: SearchLimits) -> float | None:
    """The rate that extends the search, None when it is over.

    It goes on while the best finite rate lies at the edge of what was tried and beats the prior by more than
    the noise. A run that diverged bounds it from above. `noise` is the standard error of a paired difference.
    """
    if len(points) >= len(first_rates(prior, limits)) + limits.extensions:
        return None
    best = _best(points)
    rates = sorted(each.learning_rate for each in points)
    if best is None:
        return rates[0] / limits.factor
    at_prior = _loss_at(points, prior)
    if at_prior is not None and at_prior - best.loss <= limits.noise_errors * noise:
        return None
    if math.isclose(best.rate, rates[-1]):
        return rates[-1] * limits.factor
    if math.isclose(best.rate, rates[0]):
        return rates[0] / limits.factor
    return None


def settle_rate(
    points: Sequence[RatePoint],
    prior: float,
    noise: float,
    tried: Horizon,
    own: Horizon,
    full: Horizon,
    limits: SearchLimits,
) -> RateEvidence:
    """The rate that the points speak for, with its range, and carried over to the `full` run.

    The points were `tried` on short runs; the prior was made for runs as long as its `own`.
    """
    best = _best(points)
    fitted = None if best is None else _fit(points, noise, limits)
    at_prior = _loss_at(points, prior)
    if best is None or fitted is None:
        lowest = min((each.learning_rate for each in points), default=prior) / limits.factor
        rate, low, high, basis = lowest, lowest / limits.factor, lowest, "none"
        reason = "Every rate that was tried diverged."
    elif at_prior is not None and at_prior - fitted.loss <= limits.noise_errors * noise:
        rate, basis = prior, "prior"
        low, high = min(fitted.low, prior), max(fitted.high, prior)
        reason = "No rate is better than the prior by more than the noise of the held-out rows."
    elif fitted.curved:
        rate, low, high, basis = fitted.best, fitted.low, fitted.high, "parabola"
        reason = (
            f"A parabola through the losses has its lowest point at {prior_words(rate / prior)} the prior."
        )
    else:
        rate, low, high, basis = best.rate, fitted.low, fitted.high, "best tried"
        reason = (
            f"The best rate lies at the edge of what was tried, {prior_words(best.rate / prior)} the prior."
            if at_open_edge(points, best.rate)
            else f"The best rate is {prior_words(best.rate / prior)} the prior: the next higher one diverged."
        )
    held = own if basis == "prior" else tried
    carried = carry(1.0, held, full, limits)
    return RateEvidence(
        prior=prior,
        best=_digits(rate),
        low=_digits(low),
        high=_digits(high),
        basis=basis,  # type: ignore[arg-type]
        noise=noise,
        points=tuple(sorted(points, key=lambda each: each.learning_rate)),
        full_run=_digits(rate * carried),
        full_low=_digits(low * min(carried, 1.0)),
        full_high=_digits(high * max(carried, 1.0)),
        reason=f"{reason} {_carried_words(carried, held, full)}",
    )


def at_open_edge(points: Sequence[RatePoint], best: float) -> bool:
    """True when the best rate is not enclosed: nothing lower was tried, or nothing higher, be it that it
    diverged."""
    lower = any(each.rate < best for each in _finite(points))
    return not lower or not any(each.learning_rate > best for each in points)


def carry(rate: float, tried: Horizon, wanted: Horizon, limits: SearchLimits) -> float:
    """A rate carried from runs of one length and batch to another.

    Falls with the number of steps to the power of -`horizon_exponent` (short runs favour high rates), and
    grows with the batch to `batch_exponent`; the factor stays between `carry_least` and `carry_most`.
    """
    steps = max(1, wanted.steps) / max(1, tried.steps)
    batch = max(1, wanted.batch) / max(1, tried.batch)
    factor = steps**-limits.horizon_exponent * batch**limits.batch_exponent
    return float(rate * min(max(factor, limits.carry_least), limits.carry_most))


def prior_words(factor: float) -> str:
    """How a rate stands to the prior, such as "2.1 times"."""
    return f"{factor:.2g} times"


@dataclass(frozen=True, slots=True)
class _Point:
    rate: float
    loss: float


def _finite(points: Sequence[RatePoint]) -> list[_Point]:
    found = [
        _Point(each.learning_rate, each.heldout_loss)
        for each in points
        if each.heldout_loss is not None and math.isfinite(each.heldout_loss)
    ]
    return sorted(found, key=lambda each: each.rate)


def _best(points: Sequence[RatePoint]) -> _Point | None:
    return min(_finite(points), key=lambda each: each.loss, default=None)


def _loss_at(points: Sequence[RatePoint], rate: float) -> float | None:
    return next((each.loss for each in _finite(points) if math.isclose(each.rate, rate)), None)


def _fit(points: Sequence[RatePoint], noise: float, limits: SearchLimits) -> Fitted:
    """A parabola in the logarithm of the rate through the best point and its neighbours.

    The range is where it stays within `noise_errors` of its lowest value, and never reaches further than one
    `factor` beyond the neighbours, or a rate that diverged.
    """
    finite = _finite(points)
    place = min(range(len(finite)), key=lambda each: finite[each].loss)
    best = finite[place]
    ceiling = min(
        (
            each.learning_rate
            for each in points
            if each.heldout_loss is None and each.learning_rate > best.rate
        ),
        default=math.inf,
    )
    spread = limits.factor
    around = Fitted(best.rate, best.rate / spread, min(best.rate * spread, ceiling), best.loss, curved=False)
    if not 0 < place < len(finite) - 1:
        return around
    left, middle, right = finite[place - 1 : place + 2]
    lowest, curvature = _parabola(left, middle, right)
    if curvature <= 0:
        return around
    half = math.sqrt(limits.noise_errors * noise / curvature)
    low = max(math.exp(lowest - half), left.rate / spread)
    high = min(math.exp(lowest + half), right.rate * spread, ceiling)
    fall = curvature * (math.log(middle.rate) - lowest) ** 2
    return Fitted(math.exp(lowest), low, high, middle.loss - fall, curved=True)


def _parabola(left: _Point, middle: _Point, right: _Point) -> tuple[float, float]:
    """Place of the lowest point in log rate, and the coefficient of the square."""
    x, y, z = math.log(left.rate), math.log(middle.rate), math.log(right.rate)
    rise = (right.loss - middle.loss) / (z - y)
    fall = (middle.loss - left.loss) / (y - x)
    curvature = (rise - fall) / (z - x)
    if curvature <= 0:
        return y, 0.0
    slope_at_middle = fall + curvature * (y - x)
    return y - slope_at_middle / (2 * curvature), curvature


def _carried_words(factor: float, held: Horizon, full: Horizon) -> str:
    if math.isclose(factor, 1.0):
        return "The full run is as long as the runs that this rate is for, so it stays."
    held_words = f"{held.steps:,} steps of {held.batch} rows"
    full_words = f"{full.steps:,} steps of {full.batch}"
    return (
        f"It is for runs of {held_words}; the full run takes {full_words}, and short runs favour high rates: "
        f"times {factor:.2f}."
    )


def _digits(value: float) -> float:
    return float(f"{value:.2e}")
