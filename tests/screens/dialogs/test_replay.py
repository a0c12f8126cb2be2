"""A recorded pilot played again on the screen."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from advisor.case import save
from advisor.events import EVENTS_FILE, Done, Event, Note
from screens.app import AdvisorApp
from screens.dialogs.replay import Replay
from tests.screens.conftest import Golden, screen_lines, until
from tests.screens.sample_case import HOSTILE, filled
from tests.screens.test_hostile_text import CONTROL, segments
from tests.screens.test_job_stream import RUN, recording


def recorded(folder: Path, events: Sequence[Event], name: str = RUN) -> AdvisorApp:
    """The application on a case with this recording; each event comes half a second after the one before."""
    case = filled(folder).but(pilot_run=RUN)
    run = case.runs / name
    run.mkdir(parents=True)
    timed = [each.model_copy(update={"at": place / 2}) for place, each in enumerate(events)]
    (run / EVENTS_FILE).write_text("".join(f"{each.model_dump_json()}\n" for each in timed))
    save(case)
    return AdvisorApp(case)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_replay_looks_as_the_pilot_did(size: tuple[int, int], tmp_path: Path, golden: Golden) -> None:
    app = recorded(tmp_path, recording())
    async with app.run_test(size=size) as pilot:
        await pilot.press("5", "w")
        await pilot.pause(0.5)
        for _ in range(60):
            app.screen.action_step(1)  # type: ignore[attr-defined]
        await pilot.pause(1.2)
        await golden(app, f"pilot-replay-{size[0]}x{size[1]}")


async def test_a_recording_is_gone_through_event_by_event_and_changes_nothing(tmp_path: Path) -> None:
    app = recorded(tmp_path, [*recording(), Done(seconds=90.0)])
    case = app.case
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "w")
        await pilot.pause(0.5)
        assert isinstance(app.screen, Replay)
        place = lambda: int(re.findall(r"event +([\d,]+) of", screen_lines(app)[1])[0])  # noqa: E731
        assert place() == 0
        await pilot.press("full_stop", "full_stop", "full_stop")
        assert place() == 3 and "schedule" in screen_lines(app)[1]
        await pilot.press("comma")
        assert place() == 2 and "proof" in screen_lines(app)[1]
        await pilot.press("n", "n", "n", "n")
        assert "alarm" in screen_lines(app)[1]
        assert "loss spike" in "\n".join(screen_lines(app))
        for _ in range(200):
            app.screen.action_fact()
        await pilot.pause(0.2)
        assert "pilot done" in screen_lines(app)[-2]
        await pilot.press("escape")
        assert not isinstance(app.screen, Replay)
    assert app.case is case


async def test_it_plays_to_its_end_at_the_chosen_pace(tmp_path: Path) -> None:
    app = recorded(tmp_path, [*recording(), Done(seconds=90.0)])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "w")
        await pilot.pause(0.5)
        await pilot.press("space")
        assert "playing 4 times as fast" in screen_lines(app)[1]
        await pilot.press("plus", "plus", "plus")
        await until(lambda: "standing" in screen_lines(app)[1], 20)
        assert "pilot done" in screen_lines(app)[-2]
        await pilot.press("minus", "minus", "minus", "minus", "space")
        assert "playing at its own pace" in screen_lines(app)[1]
        assert "pilot done" not in screen_lines(app)[-2]


async def test_older_pilots_are_taken_one_after_the_other(tmp_path: Path) -> None:
    app = recorded(tmp_path, recording())
    older = app.case.runs / "20261101-090000-pilot"
    older.mkdir()
    (older / EVENTS_FILE).write_text(f"{Note(text='the first one').model_dump_json()}\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "w")
        await pilot.pause(0.5)
        assert f"{RUN}, 1 of 2" in screen_lines(app)[0]
        await pilot.press("o")
        await pilot.pause(0.5)
        assert "20261101-090000-pilot, 2 of 2" in screen_lines(app)[0]
        await pilot.press("full_stop")
        assert "the first one" in "\n".join(screen_lines(app))


async def test_without_a_recording_it_is_said(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    said: list[str] = []
    app.say = lambda words, do="", fault=False: said.append(words)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "w")
        await pilot.pause(0.5)
        assert not isinstance(app.screen, Replay)
    assert said == ["This case has no recorded pilot"]


async def test_a_hostile_recording_drives_nothing(tmp_path: Path) -> None:
    app = recorded(tmp_path, [*recording(2), Note(text=HOSTILE.encode("utf-8", "replace").decode())])
    app.last_looks = ()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("5", "w")
        await pilot.pause(0.5)
        for _ in range(len(recording(2)) + 2):
            app.screen.action_step(1)  # type: ignore[attr-defined]
            await pilot.pause()
            assert not CONTROL.search(segments(app))


async def test_every_key_of_a_replay_is_there_at_sixty_columns(tmp_path: Path) -> None:
    app = recorded(tmp_path, recording())
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("5", "w")
        await pilot.pause(0.5)
        keys = screen_lines(app)[-1]
        assert len(keys) <= 59 and keys.endswith("esc leave")
        assert [
            each for each in ("space play", "n fact", "o older", ".", ",", "+", "-") if each not in keys
        ] == []
