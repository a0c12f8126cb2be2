"""Sizes that follow each other fast are laid out one at a time, and the last one always."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Resize
from textual.geometry import Size

from screens.app import AdvisorApp
from screens.terminal import dragging
from screens.terminal.dragging import EVERY, Dragging
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import filled


def size(columns: int) -> Resize:
    return Resize(Size(columns, 24), Size(columns, 24))


class Clock:
    """Time that passes when it is told to, with the calls that wait for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.told: list[Resize] = []
        self._waiting: list[tuple[float, Callable[[], None]]] = []
        monkeypatch.setattr(dragging.time, "monotonic", lambda: self.now)
        self.dragging = Dragging(self.later, self.told.append)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self._waiting.append((self.now + seconds, call))

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        due = [call for at, call in self._waiting if at <= self.now]
        self._waiting = [each for each in self._waiting if each[0] > self.now]
        for call in due:
            call()


def test_the_first_size_comes_through_and_the_last_of_many_later(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    first, between, last = size(80), size(90), size(100)
    assert not clock.dragging.holds(first)
    assert clock.dragging.holds(between) and clock.dragging.holds(last)
    clock.pass_by(EVERY)
    assert [each.size.width for each in clock.told] == [100]
    assert not clock.dragging.holds(clock.told[0])


def test_a_size_that_a_newer_one_overtook_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    clock.dragging.holds(size(80))
    old, new = size(90), size(100)
    assert clock.dragging.holds(old)
    clock.pass_by(EVERY)
    assert not clock.dragging.holds(new)
    (told,) = clock.told
    assert clock.dragging.holds(told)
    clock.pass_by(EVERY)
    assert clock.told == [told]


async def test_a_dragged_window_ends_at_its_last_size(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        for columns in (100, 130, 90, 118):
            await pilot.resize_terminal(columns, 30)
        await until(lambda: app.size == Size(118, 30))
        await until(lambda: len(screen_lines(app)) == 30)
        assert app.screen.has_class("-wide")
