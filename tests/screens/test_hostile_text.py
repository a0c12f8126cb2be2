"""Nothing that comes from outside may drive the terminal."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import Case
from advisor.events import Failed, Note, Step
from advisor.steps import STEPS
from screens.app import AdvisorApp
from screens.state.live import Live
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import HOSTILE, hostile

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def unguarded(case: Case) -> AdvisorApp:
    """An application without its last look, so that every screen is judged by itself."""
    app = AdvisorApp(case)
    app.last_looks = ()
    return app


def segments(app: AdvisorApp) -> str:
    return "".join(
        segment.text
        for strip in app.screen._compositor.render_strips()
        for segment in strip
        if not segment.control
    )


@pytest.mark.parametrize("step", STEPS)
async def test_no_control_byte_of_a_hostile_case_reaches_the_screen(step: str, tmp_path: Path) -> None:
    app = unguarded(hostile(tmp_path))
    app.live = Live(
        "pilot", "pilot", notes=(HOSTILE,), progress=Step(phase=HOSTILE, done=1, total=2, text=HOSTILE)
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await app.switch_mode(step)
        await pilot.pause()
        for _ in range(30):
            app.screen.query_one("#rows").action_cursor_down()  # type: ignore[attr-defined]
            await pilot.pause()
            assert not CONTROL.search(segments(app))
        assert app.return_code is None


async def test_a_click_on_hostile_text_does_nothing(tmp_path: Path) -> None:
    app = unguarded(hostile(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        for x in range(70, 118, 6):
            await pilot.click(offset=(x, 6))
        assert app.is_running
        assert not app._exit


async def test_messages_show_hostile_text_literally(tmp_path: Path) -> None:
    app = unguarded(hostile(tmp_path))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.say(HOSTILE, HOSTILE, fault=True)
        app.live = Live("probe", "machine", ended=Failed(failure="crashed", message=HOSTILE, do=HOSTILE))
        await pilot.pause()
        assert not CONTROL.search(segments(app))
        assert "[@click=app.quit]" in "\n".join(screen_lines(app))


async def test_the_file_picker_shows_a_hostile_name_as_text(tmp_path: Path) -> None:
    (tmp_path / "\x1b]0;own[@click=app.quit]\x07[bold].jsonl").write_text("{}")
    app = unguarded(hostile(tmp_path).but(data_path=str(tmp_path / "x.jsonl")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "o")
        await until(lambda: "own[@click=app.quit]" in "\n".join(screen_lines(app)))
        assert not CONTROL.search(segments(app))


def test_notes_of_a_job_are_kept_as_they_came() -> None:
    from screens.state.live import live_after

    assert live_after(Live("pilot", "pilot"), Note(text="x")).notes == ("x",)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize(
    "keys",
    [
        *((str(number), "i") for number in range(1, 8)),
        ("2", "question_mark"),
        ("3", "enter"),
        ("4", "m"),
        ("5", "v"),
        ("7", "enter"),
        ("1", "ctrl+p"),
    ],
    ids="-".join,
)
async def test_no_dialogue_lets_hostile_text_through(
    keys: tuple[str, ...], size: tuple[int, int], tmp_path: Path
) -> None:
    case = hostile(tmp_path)
    assert case.pilot is not None
    differing = tuple(replace(each, base="other") for each in case.pilot.samples)
    app = unguarded(case.but(pilot=replace(case.pilot, samples=differing)))
    async with app.run_test(size=size) as pilot:
        await pilot.press(keys[0])
        await pilot.press(keys[1])
        await until(lambda: len(app.screen_stack) == 2, 20)
        await pilot.pause(0.2)
        for _ in range(12):
            assert not CONTROL.search(segments(app))
            await pilot.press("down")
        assert app.return_code is None
