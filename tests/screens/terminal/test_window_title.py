"""The window's title and the bar on its task bar."""

from pathlib import Path

from advisor.events import Done, Step
from screens.state.live import Live
from screens.terminal.window_title import WindowTitle
from tests.screens.sample_case import empty, hostile

RUNNING = Live("pilot", "pilot", progress=Step(phase="ladder", done=45, total=100))
XTERM = {"TERM": "xterm-256color"}


def test_a_running_job_is_named_with_its_progress(tmp_path: Path) -> None:
    written: list[str] = []
    window = WindowTitle(written.append, XTERM)
    window.show(empty(tmp_path).but(name="tickets"), RUNNING)
    assert written == ["\x1b[22;0t\x1b]0;advisor: tickets, pilot 45 %\x07"]


def test_nothing_is_written_twice(tmp_path: Path) -> None:
    written: list[str] = []
    window = WindowTitle(written.append, XTERM)
    for done in (45.1, 45.2, 45.9):
        live = Live("pilot", "pilot", progress=Step(phase="ladder", done=done, total=100))
        window.show(empty(tmp_path), live)
    assert len(written) == 1


def test_the_old_title_comes_back(tmp_path: Path) -> None:
    written: list[str] = []
    window = WindowTitle(written.append, XTERM)
    window.give_back()
    window.show(empty(tmp_path), None)
    window.give_back()
    assert written[-1] == "\x1b[23;0t"
    assert len(written) == 2


def test_progress_goes_only_to_terminals_that_show_it(tmp_path: Path) -> None:
    written: list[str] = []
    window = WindowTitle(written.append, XTERM | {"WT_SESSION": "1"})
    window.show(empty(tmp_path), RUNNING)
    window.show(empty(tmp_path), Live("pilot", "pilot", progress=RUNNING.progress, ended=Done(seconds=1)))
    assert "\x1b]9;4;1;45\x07" in written[0]
    assert "\x1b]9;4;0\x07" in written[1]


def test_a_terminal_without_window_gets_nothing(tmp_path: Path) -> None:
    written: list[str] = []
    WindowTitle(written.append, {"TERM": "linux"}).show(empty(tmp_path), RUNNING)
    assert written == []


def test_a_hostile_name_stays_inside_the_title(tmp_path: Path) -> None:
    written: list[str] = []
    WindowTitle(written.append, XTERM).show(hostile(tmp_path).but(name="\x07\x1b]52;c;eA==\x07\x9b"), None)
    assert written[0].count("\x1b") == 2
    assert written[0].count("\x07") == 1
    assert "\x9b" not in written[0]
