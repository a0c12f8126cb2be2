"""How much luck there is in a training run: the spread over seeds, and intervals that hold it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from heuristics.basis import Estimate
from heuristics.facts.pilot import Gain


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """Standard deviation over runs that differ in nothing but their seed."""

    deviation: float
    """Of a mean over so many rows that their own noise has gone."""
    freedom: int
    """Degrees of freedom: runs less sizes."""
    seeds: int
    """Most seeds of one size."""


def pooled_spread(by_size: Mapping[int, Sequence[Sequence[float]]]) -> SeedSpread | None:
    """The deviation pooled over sizes with several seeds, each given as one value for each row, the same rows
    throughout; None when there is no such size.

    Means of seeds differ by the luck of the seed and by chance on these rows. The second part is what a
    two-way analysis of variance leaves over (Scheffé 1959, chapter 4); an interval over test rows holds it
    already, so it is taken off here. Spread usually falls with size: at the largest size this errs on the
    wide side.
    """
    between = leftover = 0.0
    freedom = seeds = left_freedom = 0
    for runs in by_size.values():
        count, items = len(runs), min((len(each) for each in runs), default=0)
        if count < 2 or items < 2:
            continue
        means = [sum(each) / items for each in runs]
        rows = [sum(column) / count for column in zip(*runs, strict=True)]
        whole = sum(means) / count
        between += items * sum((each - whole) ** 2 for each in means)
        leftover += sum(
            (value - mean - row + whole) ** 2
            for each, mean in zip(runs, means, strict=True)
            for value, row in zip(each, rows, strict=True)
        )
        freedom += count - 1
        left_freedom += (count - 1) * (items - 1)
        seeds = max(seeds, count)
    if freedom == 0:
        return None
    items = 1 + left_freedom // freedom
    variance = (between / freedom - leftover / left_freedom) / items
    return SeedSpread(math.sqrt(max(0.0, variance)), freedom, seeds)


def with_seeds(gain: Gain, spread: SeedSpread | None) -> Gain:
    """The gain with an interval that also holds the luck of the seed.

    Half widths over rows and over seeds (Student's t) add in quadrature, as for independent errors; a share
    can change by no more than all of it.
    """
    if spread is None:
        return gain
    from scipy.stats import t

    luck = float(t.ppf((1 + gain.confidence) / 2, spread.freedom)) * spread.deviation
    estimate = gain.estimate
    low = estimate.value - math.hypot(estimate.value - estimate.low, luck)
    high = estimate.value + math.hypot(estimate.high - estimate.value, luck)
    return replace(
        gain,
        estimate=_possible(replace(estimate, low=low, high=high)),
        seeds=spread.seeds,
        method=f"{gain.method}; spread over {spread.seeds} seeds added",
    )


def _possible(estimate: Estimate) -> Estimate:
    if estimate.unit != "share":
        return estimate
    return replace(estimate, low=max(-1.0, estimate.low), high=min(1.0, estimate.high))
