"""The front door: what is imported, what happens without a terminal, how a signal leaves the terminal."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.errors import BadInput
from screens.start import asked_of, given_in

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "transformers", "datasets", "trl", "peft", "polars", "pyarrow", "numpy", "scipy", "plotext")


LATER = ("advisor.case", "advisor.journey", "advisor.events", "heuristics.planning.plan", "pydantic")
"""What a case is made of: imported once the frame is painted."""


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}


def test_nothing_heavy_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from screens.arrival import Arrival\n"
        "from screens.start import given_in, _open\n"
        "from functools import partial\n"
        "loaded = []\n"
        "begin = Arrival.begin_walk\n"
        "def seen(app):\n"
        f"    loaded.append([name for name in {LATER!r} if name in sys.modules])\n"
        "    begin(app)\n"
        "Arrival.begin_walk = seen\n"
        "app = Arrival(partial(_open, given_in([])))\n"
        "async def paint():\n"
        "    async with app.run_test(size=(80, 24)) as pilot:\n"
        "        while app.current_mode != 'machine':\n"
        "            await pilot.pause()\n"
        "        await pilot.pause()\n"
        "asyncio.run(paint())\n"
        f"print(loaded, [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip() == "[[]] []", done.stderr


def test_without_a_terminal_it_says_what_to_run_and_ends(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "screens.start"],
        check=False,
        cwd=ROOT,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "advisor run FILE" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(number: signal.Signals, tmp_path: Path) -> None:
    process, screen = in_a_terminal([], tmp_path)
    read_until(screen, b"Export", 30)
    os.kill(process, number)
    rest = read_until(screen, b"\x1b[?1049l", 15)
    _, status = os.waitpid(process, 0)
    os.close(screen)
    assert b"\x1b[?1049l" in rest
    assert b"\x1b[?1000l" in rest
    assert os.waitstatus_to_exitcode(status) == 128 + number


def test_the_demo_takes_its_first_step_by_itself(tmp_path: Path) -> None:
    process, screen = in_a_terminal(["demo"], tmp_path)
    said = read_until(screen, b"stops the running job", 30)
    os.kill(process, signal.SIGTERM)
    read_until(screen, b"\x1b[?1049l", 15)
    os.waitpid(process, 0)
    os.close(screen)
    assert b"stops the running job" in said


def test_a_missing_file_is_told_in_one_line(tmp_path: Path) -> None:
    process, screen = in_a_terminal([str(tmp_path / "no.jsonl")], tmp_path)
    said = read_until(screen, b"path.", 30)
    _, status = os.waitpid(process, 0)
    os.close(screen)
    assert b"does not exist" in said[said.rindex(b"\x1b[?1049l") :]
    assert b"Traceback" not in said
    assert os.waitstatus_to_exitcode(status) == 2


def test_a_second_window_on_one_case_is_refused_in_words(tmp_path: Path) -> None:
    case = tmp_path / "case"
    first, screen = in_a_terminal(["--case", str(case)], tmp_path)
    read_until(screen, b"not probed", 30)
    second, other = in_a_terminal(["--case", str(case)], tmp_path)
    said = read_until(other, b"in use by process", 30)
    _, status = os.waitpid(second, 0)
    os.kill(first, signal.SIGTERM)
    os.close(other)
    read_until(screen, b"\x1b[?1049l", 15)
    os.waitpid(first, 0)
    os.close(screen)
    assert b"in use by process" in said
    assert os.waitstatus_to_exitcode(status) == 2


def test_options_and_file_are_understood() -> None:
    words = ["rows.jsonl", "--model", "some/model", "--eval", "test.jsonl", "--case", "here"]
    asked = asked_of(given_in(words))
    assert (asked.file, asked.model) == (Path("rows.jsonl"), "some/model")
    assert (asked.eval_file, asked.case) == (Path("test.jsonl"), Path("here"))


def test_an_unknown_option_is_bad_input() -> None:
    with pytest.raises(BadInput):
        given_in(["--modle", "x"])


def in_a_terminal(arguments: list[str], home: Path) -> tuple[int, int]:
    """Start the program in a fresh pseudo-terminal; its process and the terminal's other end."""
    process, screen = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "screens.start", *arguments], environment(home))
    return process, screen


def read_until(screen: int, wanted: bytes, seconds: float) -> bytes:
    """Everything written until `wanted` appears, the other end closes, or time is up."""
    seen, end = b"", time.monotonic() + seconds
    while wanted not in seen and time.monotonic() < end:
        ready, _, _ = select.select([screen], [], [], 0.2)
        if ready:
            try:
                chunk = os.read(screen, 65536)
            except OSError:
                break
            if not chunk:
                break
            seen += chunk
    return seen


def test_every_command_but_the_demo_runs_without_a_terminal() -> None:
    from advisor.cli.commands import COMMANDS
    from screens.start import _HEADLESS

    assert {*_HEADLESS, "demo"} == COMMANDS.keys()
