"""How much luck there is in a training run: the spread over seeds, and intervals that hold it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from heuristics.facts.pilot import Gain


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """Standard deviation over runs that differ in nothing but their seed."""

    deviation: float
    freedom: int
    """Degrees of freedom: runs less sizes."""
    seeds: int
    """Most seeds of one size."""


def pooled_spread(by_size: Mapping[int, Sequence[float]]) -> SeedSpread | None:
    """The deviation pooled over sizes with several seeds; None when there is no such size.

    Spread usually falls with size, so at the largest size this errs on the wide side.
    """
    several = [values for values in by_size.values() if len(values) > 1]
    freedom = sum(len(values) - 1 for values in several)
    if freedom == 0:
        return None
    squares = 0.0
    for values in several:
        mean = sum(values) / len(values)
        squares += sum((each - mean) ** 2 for each in values)
    return SeedSpread(math.sqrt(squares / freedom), freedom, max(len(values) for values in several))


def with_seeds(gain: Gain, spread: SeedSpread | None) -> Gain:
    """The gain with an interval that also holds the luck of the seed.

    Half widths over rows and over seeds (Student's t) add in quadrature, as for independent errors.
    """
    if spread is None:
        return gain
    from scipy.stats import t

    luck = float(t.ppf((1 + gain.confidence) / 2, spread.freedom)) * spread.deviation
    estimate = gain.estimate
    wide = replace(
        estimate,
        low=estimate.value - math.hypot(estimate.value - estimate.low, luck),
        high=estimate.value + math.hypot(estimate.high - estimate.value, luck),
    )
    return replace(
        gain,
        estimate=wide,
        seeds=spread.seeds,
        method=f"{gain.method}; spread over {spread.seeds} seeds added",
    )
