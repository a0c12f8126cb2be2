"""Forms of learning curves and their robust fits: how a loss falls with the number of training rows."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

HUBER = 0.001
"""Residual in the log beyond which its weight stays constant (Zhang et al. 2024, arXiv 2402.17193)."""
_STEEPEST = 3.0
"""Largest exponent: tiny pilots fall faster than the 0.03 to 0.15 of large fine-tunes."""
_ROUNDS = 60
_EXPONENTS = (0.1, 0.5, 1.5)


@dataclass(frozen=True, slots=True)
class Form:
    """One shape of learning curve, in the logarithm of rows and of the value."""

    name: str
    title: str
    value: Callable[[Numbers, Numbers], Numbers]
    """(parameters, log rows) to log value."""
    slope: Callable[[Numbers, Numbers], Numbers]
    """Derivatives of the log value by each parameter, one row each."""
    starts: tuple[tuple[float, ...], ...]
    """Exponent, and what the form has besides; the level follows from the first point."""
    bounds: tuple[tuple[float | None, float | None], ...]


def _power(p: Numbers, x: Numbers) -> Numbers:
    return np.asarray(p[0] - p[1] * x)


def _power_slope(_p: Numbers, x: Numbers) -> Numbers:
    return np.stack([np.ones_like(x), -x])


def _offset(p: Numbers, x: Numbers) -> Numbers:
    return np.asarray(np.logaddexp(p[0] - p[1] * x, p[2]))


def _offset_slope(p: Numbers, x: Numbers) -> Numbers:
    share = np.exp(p[0] - p[1] * x - _offset(p, x))
    return np.stack([share, -x * share, 1 - share])


def _rectified(p: Numbers, x: Numbers) -> Numbers:
    return np.asarray(p[0] - np.logaddexp(p[2], p[1] * x))


def _rectified_slope(p: Numbers, x: Numbers) -> Numbers:
    share = np.exp(p[1] * x - np.logaddexp(p[2], p[1] * x))
    return np.stack([np.ones_like(x), -x * share, share - 1])


POWER = Form(
    "power",
    "power law",
    _power,
    _power_slope,
    tuple((0.0, each) for each in _EXPONENTS),
    ((None, None), (0.0, _STEEPEST)),
)
OFFSET = Form(
    "power_offset",
    "power law with an offset",
    _offset,
    _offset_slope,
    tuple((0.0, exponent, floor) for exponent, floor in product(_EXPONENTS, (-3.0, -0.2))),
    ((None, None), (0.0, _STEEPEST), (None, None)),
)
RECTIFIED = Form(
    "rectified",
    "rectified power law",
    _rectified,
    _rectified_slope,
    tuple((0.0, exponent, flat) for exponent, flat in product(_EXPONENTS, (0.0, 2.0))),
    ((None, None), (0.0, _STEEPEST), (-10.0, 30.0)),
)
FORMS = (POWER, OFFSET, RECTIFIED)
"""The rectified law is that of Lin et al. 2024 (arXiv 2402.02314) without its offset, as four sizes carry no
more than three parameters."""


@dataclass(frozen=True, slots=True)
class Means:
    """The curve's points: for each size the mean log value."""

    x: Numbers
    """Log rows, rising."""
    y: Numbers
    """Log value."""
    weights: Numbers
    """Runs behind each point."""

    def without_last(self) -> "Means":
        """All sizes but the largest."""
        return Means(self.x[:-1], self.y[:-1], self.weights[:-1])

    def moved(self, place: int, by: float) -> "Means":
        """The same points with one of them moved."""
        y = self.y.copy()
        y[place] += by
        return Means(self.x, y, self.weights)


def fit(form: Form, points: Means, start: Numbers | None = None) -> Numbers:
    """The parameters with the least Huber loss, by L-BFGS-B from many starts or from `start` alone."""
    starts = [start] if start is not None else [_placed(form, each, points) for each in form.starts]
    found = [_descend(form, points, each) for each in starts]
    return min(found, key=lambda each: each[1])[0]


def predict(form: Form, parameters: Numbers, samples: Sequence[float]) -> Numbers:
    """Log values at these numbers of rows."""
    return form.value(parameters, np.log(np.asarray(samples, dtype=float)))


def _placed(form: Form, start: Sequence[float], points: Means) -> Numbers:
    """A start moved so that it passes through the first point, its floor below the last one."""
    placed = np.array(start, dtype=float)
    if form is OFFSET:
        placed[2] += points.y[-1]
    if form is RECTIFIED:
        placed[2] += placed[1] * points.x[0]
    placed[0] += points.y[0] - form.value(placed, points.x[:1])[0]
    return placed


def _descend(form: Form, points: Means, start: Numbers) -> tuple[Numbers, float]:
    # SciPy costs 0.2 s to import, which only a forecast must pay.
    from scipy.optimize import minimize

    weights = points.weights / points.weights.sum()

    def loss(parameters: Numbers) -> tuple[float, Numbers]:
        off = form.value(parameters, points.x) - points.y
        size = np.abs(off)
        huber = np.where(size <= HUBER, 0.5 * off * off / HUBER, size - 0.5 * HUBER)
        pull = weights * np.clip(off / HUBER, -1.0, 1.0)
        return float(weights @ huber), form.slope(parameters, points.x) @ pull

    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=form.bounds, options={"maxiter": _ROUNDS}
    )
    value = float(found.fun)
    return np.asarray(found.x, dtype=float), value if math.isfinite(value) else math.inf
