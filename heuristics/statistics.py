"""Intervals and tests for paired comparisons on held-out rows."""

import math
from collections.abc import Hashable, Sequence


def paired_bootstrap(
    differences: Sequence[float],
    weights: Sequence[float],
    groups: Sequence[Hashable],
    seed: int,
    draws: int = 2000,
    confidence: float = 0.95,
) -> tuple[float, float, float]:
    """Weighted mean of paired differences with a percentile interval: (mean, low, high).

    Groups are resampled with replacement, so that rows which belong together count as one observation
    (cluster bootstrap; Efron & Tibshirani 1993, chapter 8). One group gives an infinite interval: nothing was
    repeated.
    Raises ValueError for no rows, lengths that differ, or weights that do not sum to more than zero.
    """
    import numpy as np

    if not len(differences) == len(weights) == len(groups):
        raise ValueError("differences, weights and groups differ in length")
    if not differences or sum(weights) <= 0:
        raise ValueError("there is nothing to resample")
    place = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    member = np.array([place[group] for group in groups])
    weight = np.asarray(weights, dtype=float)
    sums = np.bincount(member, weight * np.asarray(differences, dtype=float), len(place))
    masses = np.bincount(member, weight, len(place))
    mean = float(sums.sum() / masses.sum())
    if len(place) == 1:
        return mean, -math.inf, math.inf
    counts = np.random.default_rng(seed).multinomial(len(place), np.full(len(place), 1 / len(place)), draws)
    means = (counts @ sums) / np.maximum(counts @ masses, np.finfo(float).tiny)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return mean, float(low), float(high)


def paired_standard_error(differences: Sequence[float], weights: Sequence[float]) -> float:
    """Standard error of the weighted mean of paired differences; 0 for fewer than two of them."""
    count, mass = len(differences), sum(weights)
    if count < 2 or mass <= 0:
        return 0.0
    mean = sum(weight * each for each, weight in zip(differences, weights, strict=True)) / mass
    squares = sum((weight * (each - mean)) ** 2 for each, weight in zip(differences, weights, strict=True))
    return math.sqrt(squares * count / (count - 1)) / mass


def wilson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a share (Wilson 1927); the whole range when nothing was tried."""
    if trials <= 0:
        return 0.0, 1.0
    from statistics import NormalDist

    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def share_difference(
    before: tuple[int, int], after: tuple[int, int], confidence: float = 0.95
) -> tuple[float, float]:
    """Interval of the rise from one share to another, each as (successes, trials), out of their Wilson
    intervals (Newcombe 1998, Statistics in Medicine 17:873, method 10).

    It is not empty where a bootstrap has nothing to resample because all rows changed alike.
    """
    if min(before[1], after[1]) <= 0:
        return -1.0, 1.0
    first, second = before[0] / before[1], after[0] / after[1]
    (low_first, high_first), (low_second, high_second) = (
        wilson(*before, confidence),
        wilson(*after, confidence),
    )
    below = math.hypot(second - low_second, high_first - first)
    above = math.hypot(high_second - second, first - low_first)
    return max(-1.0, second - first - below), min(1.0, second - first + above)


def mcnemar_exact(gained: int, lost: int) -> float:
    """Two-sided p-value that as many rows are gained as lost (McNemar 1947, exact binomial form)."""
    changed = gained + lost
    if changed == 0:
        return 1.0
    ways = sum(math.comb(changed, each) for each in range(min(gained, lost) + 1))
    tail = float(ways / (1 << changed))
    return min(1.0, 2.0 * tail)


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for their number (Benjamini & Hochberg 1995), in the order given."""
    total = len(p_values)
    adjusted = [1.0] * total
    least = 1.0
    for rank, place in reversed(
        list(enumerate(sorted(range(total), key=lambda each: p_values[each]), start=1))
    ):
        least = min(least, p_values[place] * total / rank)
        adjusted[place] = least
    return adjusted


def two_shares(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Two-sided p-value that two shares, each (successes, trials), are equal: the pooled z test."""
    trials = first[1] + second[1]
    if not first[1] or not second[1]:
        return 1.0
    pooled = (first[0] + second[0]) / trials
    spread = math.sqrt(pooled * (1 - pooled) * (1 / first[1] + 1 / second[1]))
    if spread == 0:
        return 1.0
    return math.erfc(abs(first[0] / first[1] - second[0] / second[1]) / spread / math.sqrt(2))
