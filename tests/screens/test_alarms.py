"""An alarm reaches the person: a toast, the bell and a line, once."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.events import AlarmRaised, Note
from screens.app import AdvisorApp
from screens.state.live import Live
from screens.state.running import JobSaid
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import PILOT, filled
from tests.screens.test_job_stream import RUN


async def test_a_fresh_alarm_makes_one_toast_rings_and_stays_as_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PILOT.alarms
    app = AdvisorApp(filled(tmp_path).but(pilot=None, verdict=None))
    app.live = Live("pilot", "pilot", str(tmp_path))
    rung: list[bool] = []
    monkeypatch.setattr(app, "bell", lambda: rung.append(True))
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(JobSaid(RUN, (AlarmRaised(alarm=PILOT.alarms[0]), Note(text="more"))))
        await pilot.pause()
        toasts = [each.message for each in app._notifications]
        assert len(toasts) == 1 and PILOT.alarms[0].do in toasts[0]
        assert rung == [True]
        assert app.live is not None and any(PILOT.alarms[0].text in each for each in app.live.notes)


async def test_alarms_one_after_another_hide_neither_the_rail_nor_the_job(tmp_path: Path) -> None:
    alarm = PILOT.alarms[0]
    app = AdvisorApp(filled(tmp_path).but(pilot=None, verdict=None))
    app.live = Live("pilot", "pilot", str(tmp_path))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("5")
        for step in (10, 20, 30):
            app.post_message(JobSaid(RUN, (AlarmRaised(alarm=replace(alarm, step=step)),)))
            await pilot.pause()
        await until(lambda: alarm.do.split()[0] in "\n".join(screen_lines(app)))
        assert len(list(app._notifications)) == 1
        shown = screen_lines(app)
        assert "7 Export" in shown[0] and shown[-2].startswith(" pilot") and "q quit" in shown[-1]


async def test_an_alarm_of_the_case_is_not_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = filled(tmp_path)
    assert case.pilot is not None and case.pilot.alarms
    app = AdvisorApp(case)
    app.live = Live("pilot", "pilot", str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(JobSaid(RUN, (AlarmRaised(alarm=case.pilot.alarms[0]),)))
        await pilot.pause()
        assert not list(app._notifications)


async def test_a_pause_stops_the_job_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = AdvisorApp(filled(tmp_path))
    stopped: list[bool] = []

    async def stop() -> None:
        stopped.append(True)

    monkeypatch.setattr(app.running, "stop", stop)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "p")
        assert not stopped
        app.live = Live("pilot", "pilot", str(tmp_path))
        await pilot.press("p")
        await pilot.pause()
        assert stopped == [True]
        assert any("go on where it was" in each.message for each in app._notifications)
