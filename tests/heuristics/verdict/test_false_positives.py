"""Thousands of pilots without a gain: the verdict says to train in no more of them than it owns up to."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from heuristics.basis import Basis, Estimate
from heuristics.facts.pilot import Gain
from heuristics.pilot.seeds import pooled_spread, with_seeds
from heuristics.statistics import paired_bootstrap
from heuristics.verdict.decision import Decision
from tests.heuristics.verdict.test_table import GOAL, pilot, verdict

PILOTS = 400
STATED = 0.05
"""What a 95 % interval owns up to."""
ROWS = (60, 120, 200)
READY = {Decision.SCALE_UP.value, Decision.CLOUD.value}
SEEDS, DEVIATION = 3, 0.04
"""Runs of one size, and how much luck parts them, as a share of the test rows."""


def measured(name: str, values: list[float], unit: str, number: int) -> Gain:
    """A gain from what each test row adds to it, with the interval that pilots give it."""
    rows = len(values)
    mean, low, high = paired_bootstrap(values, [1.0] * rows, range(rows), number, draws=400)
    estimate = Estimate(mean, low, high, unit, Basis.MEASURED, "simulated rows")
    return Gain(name, estimate, "base", rows, 1)  # type: ignore[arg-type]


def exact(rng: random.Random, rows: int, before: float, after: float) -> list[float]:
    """Right after less right before, for each row."""
    return [float(rng.random() < after) - float(rng.random() < before) for _ in range(rows)]


def trained(number: int, gain: float, task: float, luck: bool = False) -> bool:
    """True when a pilot of a world with these true gains ends in a verdict to train in full."""
    rng = random.Random(number)
    rows, share = rng.choice(ROWS), rng.uniform(0.1, 0.5)
    after = share + gain + (rng.gauss(0, DEVIATION) if luck else 0.0)
    found = measured("exact_match", exact(rng, rows, share, after), "share", number)
    if luck:
        sizes = {
            size: [exact(rng, rows, 0.0, share + gain + rng.gauss(0, DEVIATION)) for _ in range(SEEDS)]
            for size in (1, 2)
        }
        found = with_seeds(found, pooled_spread(sizes))
    rises = [rng.gauss(task, 1.0) for _ in range(rows)]
    swapped = measured("task", rises, "nats", number)
    return verdict(measured=replace(pilot(), gains=(swapped, found), scores=())).ready


@pytest.mark.parametrize(
    ("world", "gain", "task", "luck"),
    [
        ("nothing was learnt", 0.0, 0.0, False),
        ("a lucky seed is all there is", 0.0, 1.0, True),
        ("the answers follow from the prompt, and none is right that was not", 0.0, 1.0, False),
        ("the form of the answers is all that was learnt", 0.4, 0.0, False),
        ("the gain is just what does not matter yet", GOAL.smallest_gain, 1.0, False),
    ],
)
def test_a_world_without_effect_is_rarely_trained_in_full(
    world: str, gain: float, task: float, luck: bool
) -> None:
    wrong = sum(trained(number, gain, task, luck) for number in range(PILOTS))
    assert wrong <= STATED * PILOTS, f"{world}: {wrong} of {PILOTS}"


def test_a_real_gain_is_seen() -> None:
    """The rate above is no sign of a verdict that never says to train."""
    assert sum(trained(number, 0.4, 1.0) for number in range(100)) > 90


def test_no_planted_world_without_a_reason_to_train_was_trained_in_full() -> None:
    """Whole pilots of small models, as `make proof` ran them last."""
    results = Path(__file__).parents[3] / "benchmarks" / "results" / "proof.json"
    worlds = json.loads(results.read_text(encoding="utf-8"))["worlds"].values()
    without = [each for each in worlds if not READY & set(each["right verdict"])]
    assert sum(each["seeds"] for each in without) >= 60
    assert not [each for each in without if READY & each["verdicts"].keys()]
