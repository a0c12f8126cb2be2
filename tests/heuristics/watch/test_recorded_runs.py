"""Twenty recorded real runs: alarms stay silent on them, and catch in time what is injected into them."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from advisor import catalog
from heuristics.facts.experiment import Alarm
from heuristics.watch.machine import MachineWatcher
from heuristics.watch.training import Watcher

LIMITS = catalog.limits()
RECORDED = Path(__file__).parents[3] / "benchmarks" / "results" / "clean_runs.jsonl"
PLACES = (40, 70, 110)
"""Steps at which trouble begins: while the loss falls, when it has fallen, near the end."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One real run; five numbers a step and the held-out evaluations."""

    seed: int
    steps: list[tuple[int, float, float, float, float, float]]
    """(step, loss, norm of the gradient, learning rate, bytes, tokens per second)."""
    heldout: dict[int, float]


def recordings() -> list[Recording]:
    lines = RECORDED.read_text(encoding="utf-8").splitlines()
    raw = [json.loads(line) for line in lines]
    return [
        Recording(each["seed"], [tuple(step) for step in each["steps"]], dict(map(tuple, each["heldout"])))
        for each in raw
    ]


RUNS = recordings()


def unchanged(_step: int, loss: float) -> float:
    return loss


def watched(
    run: Recording,
    train: Callable[[int, float], float] = unchanged,
    heldout: Callable[[int, float], float] = unchanged,
) -> list[Alarm]:
    """Every alarm of a recorded run whose losses were changed."""
    watcher, found = Watcher("run", LIMITS.watch), []
    for step, loss, gradient, rate, *_ in run.steps:
        found.append(watcher.train(step, train(step, loss), gradient, rate))
        if step in run.heldout:
            found.append(watcher.heldout(step, heldout(step, run.heldout[step])))
    found.append(watcher.end(run.steps[-1][0]))
    return [each for each in found if each is not None]


def first(alarms: list[Alarm], kind: str) -> int:
    return next((each.step for each in alarms if each.kind == kind), 10_000)


def test_there_are_twenty_runs_with_different_seeds() -> None:
    assert len({each.seed for each in RUNS}) == len(RUNS) == 20
    assert all(len(each.steps) > 100 and len(each.heldout) == 9 for each in RUNS)


@pytest.mark.parametrize("run", RUNS, ids=lambda each: f"seed {each.seed}")
def test_a_real_run_without_trouble_raises_no_alarm(run: Recording) -> None:
    assert watched(run) == []


@pytest.mark.parametrize("run", RUNS, ids=lambda each: f"seed {each.seed}")
def test_its_memory_does_not_creep(run: Recording) -> None:
    # Their speed is no evidence: the machine that recorded them had other work to do.
    watcher = MachineWatcher("run", LIMITS.machine_watch)
    assert [
        each for each in (watcher.step(step, memory, 1.0) for step, *_, memory, _ in run.steps) if each
    ] == []


@pytest.mark.parametrize("place", PLACES)
def test_a_loss_that_is_not_a_number_is_caught_in_the_same_step(place: int) -> None:
    for run in RUNS:
        alarms = watched(run, lambda step, loss: math.nan if step == place else loss)
        assert first(alarms, "nan") == place, run.seed


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("times", "steps"), [(4.0, 1), (3.0, 3)])
def test_a_spike_is_caught_within_three_steps(times: float, steps: int, place: int) -> None:
    for run in RUNS:
        alarms = watched(run, lambda step, loss: loss * times if place <= step < place + steps else loss)
        assert place <= first(alarms, "loss_spike") <= place + 2, run.seed


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("growth", [1.15, 1.3, 100.0])
def test_divergence_is_caught_within_twenty_steps(growth: float, place: int) -> None:
    for run in RUNS:

        def leaving(step: int, loss: float) -> float:
            return loss if step < place else min(8.0, loss * growth ** (step - place + 1))

        assert place <= first(watched(run, leaving), "divergence") < place + 20, run.seed


@pytest.mark.parametrize("after", [3, 5])
def test_overfitting_is_caught_at_the_second_rise(after: int) -> None:
    for run in RUNS:
        at = sorted(run.heldout)
        best = run.heldout[at[after]]

        def rising(step: int, loss: float, at: list[int] = at, best: float = best) -> float:
            return loss if step <= at[after] else best * 1.05 ** (at.index(step) - after)

        assert first(watched(run, heldout=rising), "overfitting") == at[after + 2], run.seed


def test_a_plateau_is_told_by_the_end() -> None:
    for run in RUNS:
        last = run.steps[-1][0]

        def flat(step: int, _loss: float) -> float:
            return 0.8 + (0.002 if step % 4 else -0.002)

        alarms = watched(run, heldout=flat)
        assert first(alarms, "plateau") == last, run.seed
