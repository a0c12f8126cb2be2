"""The demo moves on by itself until the user takes over."""

from pathlib import Path

import pytest

from screens import walk
from screens.app import AdvisorApp
from tests.screens.conftest import until
from tests.screens.sample_case import filled


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "LOOK", 0.2)


async def test_it_ends_at_the_verdict_and_leaves_the_export_to_the_user(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path), walking=True)
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.current_mode == "verdict" and not app.walk.active)
        assert not app.case.exported


async def test_it_shows_the_goal_before_confirming_it_and_the_plan_before_the_pilot(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path).but(goal_confirmed=False, pilot=None, verdict=None), walking=True)
    seen: list[str] = []
    begun: list[str] = []
    app.begin = begun.append  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        app.mode_change_signal.subscribe(app, seen.append)
        for _ in range(60):
            await pilot.pause(0.1)
            if begun:
                break
    assert [step for step in seen if step != "machine"] == ["goal", "plan", "pilot"]
    assert app.case.goal_confirmed
    assert begun == ["pilot"]


async def test_a_digit_ends_the_moving(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path), walking=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await pilot.pause(0.8)
        assert app.current_mode == "goal"


async def test_it_ends_where_only_the_user_can_go_on(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path).but(plan=None, pilot=None, verdict=None), walking=True)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(40):
            await pilot.pause(0.1)
            if not app.walk.active:
                break
        assert app.current_mode == "plan"
        assert not app.walk.active
