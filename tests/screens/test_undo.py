"""Taking back a change, and going on with a copy."""

from dataclasses import replace
from pathlib import Path

from advisor.case import load, save
from screens.app import AdvisorApp
from tests.screens.sample_case import filled


async def test_u_takes_back_a_change_with_the_evidence_it_dropped(tmp_path: Path) -> None:
    case = filled(tmp_path)
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.check_action("undo", ()) is False
        app.decide(case.but(knobs=replace(case.knobs, rank=64)))
        await pilot.pause()
        await pilot.press("y")
        await app.workers.wait_for_complete()
        assert app.case.knobs.rank == 64
        assert app.case.pilot is None
        assert app.check_action("undo", ()) is True
        await pilot.press("u")
        await app.workers.wait_for_complete()
        assert app.case.knobs == case.knobs
        assert app.case.pilot == case.pilot
        assert app.check_action("undo", ()) is False
    assert load(tmp_path).knobs == case.knobs


async def test_a_job_ends_what_can_be_taken_back(tmp_path: Path) -> None:
    case = filled(tmp_path).but(pilot=None, pilot_run=None)
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)):
        app.decide(case.but(knobs=replace(case.knobs, rank=64)))
        await app.workers.wait_for_complete()
        assert app.can_undo
        app.forget_changes()
        await app.run_action("undo")
        await app.workers.wait_for_complete()
        assert app.case.knobs.rank == 64


async def test_a_duplicate_is_another_folder_with_the_same_evidence(tmp_path: Path) -> None:
    folder = tmp_path / "first"
    (folder / "runs" / "x-pilot").mkdir(parents=True)
    (folder / "runs" / "x-pilot" / "lock").write_text("1\n")
    (folder / "runs" / "x-pilot" / "events.jsonl").write_text("{}\n")
    case = filled(folder)
    save(case)
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)):
        await app.run_action("duplicate")
        await app.workers.wait_for_complete()
        copy = app.case
        assert copy.folder != folder
        assert copy.name == f"{case.name} copy"
        assert copy.pilot == case.pilot
        assert (copy.runs / "x-pilot" / "events.jsonl").exists()
        assert not (copy.runs / "x-pilot" / "lock").exists()
    assert load(folder).name == case.name
