"""Rows whose loss stands far above that of the others."""

import math
from collections.abc import Sequence
from statistics import median

_NORMAL = 1.4826
"""Standard deviations in one median absolute deviation of a normal distribution."""


def outlying(losses: Sequence[float], least_excess: float) -> tuple[tuple[int, float], ...]:
    """(place, robust standard deviations above the median) of outlying losses, worst first.

    Judged on the logarithm, because losses after training are skewed (Iglewicz & Hoaglin 1993 for the median
    and its deviation). Fewer than 10 rows, or losses that do not vary, have none.
    """
    logs = [math.log(max(each, 1e-6)) for each in losses if math.isfinite(each)]
    if len(logs) < 10:
        return ()
    middle = median(logs)
    spread = _NORMAL * median(abs(each - middle) for each in logs)
    if spread <= 0:
        return ()
    found = [
        (place, (math.log(max(each, 1e-6)) - middle) / spread if math.isfinite(each) else math.inf)
        for place, each in enumerate(losses)
    ]
    return tuple(sorted((each for each in found if each[1] > least_excess), key=lambda each: -each[1]))
