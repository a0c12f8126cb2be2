"""Trouble with the machine while training: memory, speed, paging and silence, each told once."""

from collections.abc import Callable

import pytest

from advisor import catalog
from heuristics.facts.experiment import Alarm
from heuristics.watch.machine import MachineWatcher, stalled
from heuristics.watch.training import Watcher

LIMITS = catalog.limits()
GIB = 2.0**30


def steady(_step: int) -> float:
    return 1.0


def watched(
    memory: Callable[[int], float] = steady,
    speed: Callable[[int], float] = steady,
    faults: Callable[[int], int] = lambda _step: 0,
) -> list[Alarm]:
    """The alarms of 150 steps; memory in GiB, speed as a share of the usual."""
    watcher, read, found = MachineWatcher("run", LIMITS.machine_watch), 0, []
    for step in range(1, 151):
        read += faults(step)
        found.append(watcher.step(step, GIB * memory(step), 1000 * speed(step), read))
    return [each for each in found if each is not None]


def test_a_steady_run_raises_nothing_even_when_memory_breathes_and_a_neighbour_halves_the_speed() -> None:
    assert watched(lambda step: 1 + 0.3 * (step % 7 == 0), lambda step: 0.5 if step > 60 else 1.0) == []


@pytest.mark.parametrize(
    ("kind", "alarms"),
    [
        ("memory_creep", watched(memory=lambda step: 1 + 0.01 * step)),
        ("throttling", watched(speed=lambda step: 0.3 if step > 60 else 1.0)),
        ("paging", watched(faults=lambda step: 5000 if step > 60 else 0)),
    ],
)
def test_trouble_is_told_once_with_what_to_do(kind: str, alarms: list[Alarm]) -> None:
    (alarm,) = alarms
    assert (alarm.kind, alarm.cause) == (kind, "machine")
    assert (alarm.do and 60 < alarm.step <= 85) or kind == "memory_creep"


def test_pages_read_while_the_libraries_load_are_no_paging() -> None:
    assert watched(faults=lambda step: 90_000 if step == 1 else 10) == []


def test_a_silent_run_says_how_long_and_how_it_goes_on() -> None:
    alarm = stalled("run", 40, 75.0, 2.5)
    assert (alarm.kind, alarm.step) == ("stall", 40)
    assert "75 s" in alarm.text and "goes on where it was" in alarm.do


def test_three_steps_without_a_gradient_are_told() -> None:
    watcher = Watcher("run", LIMITS.watch)
    alarms = [watcher.train(step, 2.0, 0.0) for step in range(1, 6)]
    assert [each.kind if each else "" for each in alarms[:3]] == ["", "", "zero_gradient"]
