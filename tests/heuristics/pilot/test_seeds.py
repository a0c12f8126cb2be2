"""The luck of a training run: told apart from chance on the rows, and put into the interval."""

import random
import statistics

import pytest

from heuristics.basis import Basis, Estimate
from heuristics.facts.pilot import Gain
from heuristics.pilot.seeds import SeedSpread, pooled_spread, with_seeds


def runs(
    chance: random.Random, luck: float, noise: float, seeds: int = 3, rows: int = 40
) -> list[list[float]]:
    """Values of the same rows in several runs: the row's own level, the run's luck, and noise."""
    levels = [chance.gauss(0, 1) for _ in range(rows)]
    found = []
    for _ in range(seeds):
        shift = chance.gauss(0, luck)
        found.append([level + shift + chance.gauss(0, noise) for level in levels])
    return found


def test_the_luck_of_seeds_is_found_again() -> None:
    chance = random.Random(1)
    found = [pooled_spread({50: runs(chance, 0.5, 1.0), 100: runs(chance, 0.5, 1.0)}) for _ in range(300)]
    variances = [each.deviation**2 for each in found if each is not None]
    assert len(variances) == 300
    assert statistics.fmean(variances) == pytest.approx(0.25, rel=0.15)


def test_chance_on_the_rows_is_not_taken_for_luck() -> None:
    chance = random.Random(2)
    found = [pooled_spread({50: runs(chance, 0.0, 1.0), 100: runs(chance, 0.0, 1.0)}) for _ in range(300)]
    raw = 1.0 / 40**0.5
    mean = statistics.fmean(each.deviation for each in found if each is not None)
    assert mean < 0.5 * raw


def test_one_run_of_each_size_tells_nothing_about_luck() -> None:
    chance = random.Random(3)
    assert pooled_spread({50: runs(chance, 0.5, 1.0, seeds=1)}) is None
    assert pooled_spread({50: runs(chance, 0.5, 1.0, rows=1)}) is None
    assert pooled_spread({}) is None


def test_freedom_counts_runs_less_sizes() -> None:
    chance = random.Random(4)
    found = pooled_spread({50: runs(chance, 0.5, 1.0), 100: runs(chance, 0.5, 1.0, seeds=2)})
    assert found is not None
    assert (found.freedom, found.seeds) == (3, 3)


def test_a_share_never_changes_by_more_than_all_of_it() -> None:
    estimate = Estimate(0.7, 0.55, 0.85, "share", Basis.MEASURED, "test")
    gain = Gain("exact_match", estimate, "base", 64, 1)
    wide = with_seeds(gain, SeedSpread(0.3, 4, 3)).estimate
    assert wide.low < 0 < wide.value < wide.high == 1.0
    nats = with_seeds(
        Gain("loss", Estimate(0.7, 0.55, 0.85, "nats", Basis.MEASURED, "test"), "base", 64, 1),
        SeedSpread(0.3, 4, 3),
    )
    assert nats.estimate.high > 1.0
    assert with_seeds(gain, None) is gain
