"""Leaving while a job runs, and coming back to one that went on."""

import asyncio
from pathlib import Path

import pytest

from advisor.case import save
from advisor.jobs import Job, start_job
from advisor.specs import EchoTask, JobSpec
from screens.app import AdvisorApp
from screens.dialogs.leave import Leave
from screens.state.live import Live
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import filled


def hanging(folder: Path) -> JobSpec:
    return JobSpec(folder=folder, task=EchoTask(act="hang"))


@pytest.mark.parametrize(("key", "goes_on"), [("g", True), ("y", False)])
async def test_a_running_pilot_is_ended_or_let_go(key: str, goes_on: bool, tmp_path: Path) -> None:
    case = filled(tmp_path).but(pilot=None, pilot_run=None)
    save(case)
    run = case.runs / "20260101-000000-pilot"
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)) as pilot:
        app.live = Live("pilot", "pilot", str(run))
        app.run_worker(app.running.follow(hanging(run)), group="job")
        while not (run / "events.jsonl").exists():
            await pilot.pause(0.05)
        await pilot.press("q")
        assert isinstance(app.screen, Leave)
        assert "let it go on" in "\n".join(screen_lines(app))
        await pilot.press(key)
        await app.workers.wait_for_complete([each for each in app.workers if each.group == "quit"])
    left = Job(run)
    await asyncio.sleep(0.3)
    kinds = [each.kind async for each in _soon(left)]
    assert ("failed" not in kinds) == goes_on
    await left.stop()


async def _soon(job: Job):  # type: ignore[no-untyped-def]
    events = job.events()
    while True:
        try:
            yield await asyncio.wait_for(anext(events), 0.5)
        except (TimeoutError, StopAsyncIteration):
            return


async def test_staying_changes_nothing_and_other_jobs_cannot_go_on(tmp_path: Path) -> None:
    case = filled(tmp_path)
    app = AdvisorApp(case)
    run = case.runs / "20260101-000000-probe"
    async with app.run_test(size=(80, 24)) as pilot:
        app.live = Live("probe", "machine", str(run))
        app.run_worker(app.running.follow(hanging(run)), group="job")
        while not (run / "events.jsonl").exists():
            await pilot.pause(0.05)
        await pilot.press("q", "g")
        assert isinstance(app.screen, Leave)
        assert "let it go on" not in "\n".join(screen_lines(app))
        await pilot.press("n")
        assert app.running.busy and app.is_running
        await app.running.stop()


async def test_a_case_whose_pilot_went_on_is_watched_again(tmp_path: Path) -> None:
    case = filled(tmp_path).but(pilot=None, pilot_run=None)
    save(case)
    run = case.runs / "20260101-000000-pilot"
    job = await start_job(hanging(run))
    async for event in job.events():
        if event.kind == "step":
            break
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.running.busy)
        assert app.running_step == "pilot"
        await job.stop()
        await until(lambda: app.running_step is None)


async def test_a_pilot_that_was_watched_again_is_remembered_and_nothing_else_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = filled(tmp_path).but(pilot=None, pilot_run=None, exported=())
    save(case)
    remembered: list[str] = []
    monkeypatch.setattr("advisor.residuals.remember", lambda seen: remembered.append(seen.name))
    run = case.runs / "20260101-000000-pilot"
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)) as pilot:
        # The job before it in this window was an export.
        app.live = Live("export", "export", str(case.runs / "20250101-000000-export"))
        await start_job(JobSpec(folder=run, task=EchoTask(act="finish", seconds=1.0)))
        while not (run / "events.jsonl").exists():
            await pilot.pause(0.05)
        app.watch_again()
        for _ in range(100):
            await pilot.pause(0.1)
            if remembered:
                break
        assert remembered == [case.name]
        assert app.case.exported == ()
        assert not app.export_folder.exists()


@pytest.mark.parametrize("opened", ["question_mark", "ctrl+p"])
async def test_leaving_without_asking_works_above_a_dialog_too(opened: str, tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(opened)
        await until(lambda: len(app.screen_stack) > 1)
        await pilot.press("ctrl+q")
        await app.workers.wait_for_complete([each for each in app.workers if each.group == "quit"])
        assert app.return_code == 0
