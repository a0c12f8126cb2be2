"""Alarms: each trouble is caught soon, and clean runs stay silent."""

import math
import random

import pytest

from advisor import catalog
from heuristics.facts.experiment import Alarm
from heuristics.watch.training import Watcher

LIMITS = catalog.limits().watch


def clean_loss(step: int, chance: random.Random, steps: int = 120) -> float:
    return 1.0 + 2.0 * math.exp(-4 * step / steps) + chance.gauss(0, 0.06)


def watched(losses: list[float]) -> list[Alarm]:
    watcher = Watcher("run", LIMITS)
    alarms = [watcher.train(step, loss, 1.0) for step, loss in enumerate(losses, 1)]
    return [each for each in alarms if each is not None]


@pytest.mark.parametrize("seed", range(20))
def test_a_clean_run_stays_silent(seed: int) -> None:
    chance = random.Random(seed)
    watcher = Watcher("run", LIMITS)
    for step in range(1, 121):
        gradient = math.exp(chance.gauss(0, 0.25))
        assert watcher.train(step, clean_loss(step, chance), gradient) is None
        if step % 20 == 0:
            heldout = 1.1 + 2.0 * math.exp(-4 * step / 120) + chance.gauss(0, 0.01)
            assert watcher.heldout(step, heldout) is None


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_a_number_is_caught_in_its_step(bad: float) -> None:
    chance = random.Random(1)
    alarms = watched([clean_loss(step, chance) for step in range(1, 10)] + [bad])
    assert [(each.kind, each.step) for each in alarms] == [("nan", 10)]


def test_a_heldout_loss_that_is_not_a_number_is_an_alarm_and_no_evaluation() -> None:
    watcher = Watcher("run", LIMITS)
    alarm = watcher.heldout(5, math.nan)
    assert alarm is not None
    assert (alarm.kind, alarm.step) == ("nan", 5)
    assert watcher.heldout(10, 2.0) is None
    spike = watcher.heldout(15, 30.0)
    assert spike is not None
    assert spike.text == "Held-out perplexity rose from 7.4 to more than a hundred million"


def test_a_spike_is_caught_within_three_steps() -> None:
    chance = random.Random(2)
    losses = [clean_loss(step, chance) for step in range(1, 101)]
    losses[60:63] = [6.0, 6.0, 6.0]
    first = watched(losses)[0]
    assert first.kind == "loss_spike"
    assert 61 <= first.step <= 64


def test_divergence_is_caught_within_the_stated_steps() -> None:
    chance = random.Random(3)
    losses = [clean_loss(step, chance) for step in range(1, 61)]
    losses += [losses[-1] * 1.15**step for step in range(1, 60)]
    divergences = [each for each in watched(losses) if each.kind in ("divergence", "loss_spike")]
    assert divergences[0].step <= 80
    assert any(each.kind == "divergence" for each in divergences)


def test_overfitting_is_caught_when_heldout_rises_and_training_falls() -> None:
    watcher = Watcher("run", LIMITS)
    heldout = [1.5, 1.2, 1.1, 1.2, 1.35, 1.5, 1.7]
    alarms = []
    for block, loss in enumerate(heldout):
        for step in range(block * 10 + 1, block * 10 + 11):
            watcher.train(step, 2.0 * math.exp(-step / 20), 1.0)
        alarms.append(watcher.heldout(block * 10 + 10, loss))
    kinds = [each.kind for each in alarms if each is not None]
    assert kinds[:1] == ["overfitting"]
    caught = next(index for index, each in enumerate(alarms) if each is not None)
    assert caught <= 2 + LIMITS.overfit_evaluations


def test_a_plateau_is_named_at_the_end_and_a_falling_curve_is_not() -> None:
    flat, falling = Watcher("flat", LIMITS), Watcher("falling", LIMITS)
    chance = random.Random(5)
    for step in range(10, 130, 10):
        flat.heldout(step, 1.5 + chance.gauss(0, 0.01))
        falling.heldout(step, 3.0 - step / 60)
    alarm = flat.end(120)
    assert alarm is not None
    assert alarm.kind == "plateau"
    assert falling.end(120) is None


def decaying(losses: list[float]) -> Watcher:
    """A run of 80 steps whose rate falls to zero, with a held-out loss every tenth step."""
    watcher = Watcher("run", LIMITS)
    for step in range(1, 81):
        watcher.train(step, 2.0, rate=1e-3 * (1 - (step - 1) / 80))
        if step % 10 == 0:
            watcher.heldout(step, losses[step // 10 - 1])
    return watcher


def test_a_curve_that_flattens_only_because_the_rate_decays_is_no_plateau() -> None:
    assert decaying([2.4, 1.9, 1.5, 1.2, 1.1, 1.06, 1.05, 1.05]).end(80) is None


def test_a_curve_that_is_flat_while_the_rate_is_high_is_a_plateau() -> None:
    alarm = decaying([1.51, 1.5, 1.52, 1.51, 1.5, 1.49, 1.49, 1.49]).end(80)
    assert alarm is not None and alarm.kind == "plateau"


def test_every_alarm_says_what_to_do() -> None:
    alarm = Watcher("run", LIMITS).train(1, math.nan)
    assert alarm is not None
    assert alarm.do
