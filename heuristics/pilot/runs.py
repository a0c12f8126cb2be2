"""Which training runs a pilot consists of, and which rows each of them sees."""

import random
from collections.abc import Sequence
from typing import TypeVar

from heuristics.facts.experiment import PlannedRun
from heuristics.planning.recipe import Recipe
from heuristics.thresholds.schedule import ScheduleLimits

T = TypeVar("T")


def ladder_sizes(samples: int, batch: int, limits: ScheduleLimits) -> tuple[int, ...]:
    """Sizes below the whole sample, largest first; none smaller than the least, or than one batch."""
    least = max(limits.least_rows, batch)
    sizes = [samples // 2**each for each in range(1, limits.halvings + 1)]
    return tuple(each for each in dict.fromkeys(sizes) if each >= least)


def planned_runs(
    recipe: Recipe,
    samples: int,
    rungs: Sequence[int],
    seeds: int,
    rate_factors: Sequence[float],
    cleaned: bool,
    limits: ScheduleLimits,
) -> tuple[PlannedRun, ...]:
    """A run for each rate, given over the prior, the run on all samples, then the smaller sizes with their
    seeds, then the cleaned rows.

    The largest run comes first: whatever ends the pilot early, the run that the test needs is there.
    """
    runs = [rate_run(recipe, samples, number, each, limits) for number, each in enumerate(rate_factors, 1)]
    runs.append(_rung(recipe, samples, 0))
    several = rungs[-limits.seeded_sizes :] if rungs else ()
    for size in rungs:
        runs += [_rung(recipe, size, index) for index in range(seeds if size in several else 1)]
    if cleaned:
        runs.append(
            PlannedRun(
                "cleaned", "ladder", samples, recipe.epochs, recipe.seed, rate_factor=1.0, cleaned=True
            )
        )
    return tuple(runs)


def rate_run(recipe: Recipe, samples: int, number: int, factor: float, limits: ScheduleLimits) -> PlannedRun:
    """The rate run of this number at `factor` times the prior."""
    least = max(limits.least_rows, recipe.effective_batch)
    rows = min(samples, max(least, round(samples * limits.rate_share)))
    return PlannedRun(f"rate-{number}", "rate", rows, recipe.epochs, recipe.seed, rate_factor=factor)


def sample_rows(rows: Sequence[T], size: int, seed_index: int, seed: int) -> tuple[T, ...]:
    """The first `size` rows; other seeds take them in another order, so that each has nested parts of its
    own and the spread over seeds holds the luck of the draw."""
    if seed_index == 0:
        return tuple(rows[:size])
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    return tuple(mixed[:size])


def _rung(recipe: Recipe, size: int, seed_index: int) -> PlannedRun:
    return PlannedRun(
        f"ladder-{size}-s{seed_index + 1}", "ladder", size, recipe.epochs, recipe.seed + seed_index
    )
