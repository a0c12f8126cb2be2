"""The whole demo, with real jobs, by one key."""

from dataclasses import replace

from screens.app import AdvisorApp
from screens.state.desk import Desk
from tests.screens.conftest import screen_lines, until

PATIENCE = 400.0
"""Seconds that one job may take on a crowded machine."""
MOST = 12
"""Presses; the way has six jobs and looks."""


async def test_the_next_key_alone_leads_through_the_demo_to_its_verdict() -> None:
    desk = Desk()
    try:
        case = desk.open_demo()
        app = AdvisorApp(case.but(goal=replace(case.goal, pilot_minutes=0.4)), desk)
        seen: list[str] = []
        async with app.run_test(size=(80, 24)) as pilot:
            for _ in range(MOST):
                assert "ctrl+n" in "\n".join(screen_lines(app)[1:5]), "the next thing is named"
                await pilot.press("ctrl+n")
                await until(lambda: not app.running.busy and app.running_step is None, PATIENCE)
                await app.workers.wait_for_complete([each for each in app.workers if each.group == "after"])
                await pilot.pause()
                seen.append(str(app.current_mode))
                if app.current_mode == "verdict":
                    break
            assert app.case.verdict is not None
            assert app.case.verdict.headline.split()[0] in "\n".join(screen_lines(app)[1:3])
        assert list(dict.fromkeys(seen)) == ["machine", "data", "goal", "plan", "pilot", "verdict"]
    finally:
        desk.close()
