"""A job driven without a terminal: facts are kept, failures become exit codes, signals stop the child."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.case import CASE_FILE, new_case, save
from advisor.cli.drive import JobFailed, drive
from advisor.cli.main import main
from advisor.cli.narrate import Narrator
from advisor.files import is_locked
from advisor.specs import EchoTask

ROOT = Path(__file__).parents[3]
HANGING = """
import sys
from pathlib import Path
from advisor.case import load
from advisor.cli import commands
from advisor.cli.drive import drive
from advisor.cli.main import main
from advisor.specs import EchoTask
def hang(asked, narrator):
    drive(load(Path(sys.argv[1])), EchoTask(act="hang", seconds=60), narrator)
commands.COMMANDS["verdict"] = hang
sys.exit(main(["verdict"]))
"""


def silent() -> Narrator:
    return Narrator(io.StringIO())


def test_a_job_that_ends_well_saves_the_case(tmp_path: Path) -> None:
    case = new_case(tmp_path / "case", "x")
    drive(case, EchoTask(act="finish"), silent())
    assert (tmp_path / "case" / CASE_FILE).is_file()


def test_a_crash_of_a_job_is_an_error_that_names_the_way_on(tmp_path: Path) -> None:
    with pytest.raises(JobFailed) as caught:
        drive(new_case(tmp_path / "case", "x"), EchoTask(act="segfault"), silent())
    assert not caught.value.input_fault
    assert caught.value.message
    assert caught.value.do


def test_a_full_disk_is_a_fault_of_the_surroundings(tmp_path: Path) -> None:
    with pytest.raises(JobFailed) as caught:
        drive(new_case(tmp_path / "case", "x"), EchoTask(act="no_space"), silent())
    assert caught.value.input_fault


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_job_and_leaves_nothing_running(number: signal.Signals, tmp_path: Path) -> None:
    save(new_case(tmp_path / "case", "x"))
    command = [sys.executable, "-c", HANGING, str(tmp_path / "case")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lock = _wait_for_lock(tmp_path / "case" / "runs")
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert out == ""
    assert "what was finished is kept" in err
    assert "Traceback" not in err
    assert not is_locked(lock)


def _wait_for_lock(runs: Path) -> Path:
    """The lock of the one run, once its worker has said its first word."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for lock in runs.glob("*/lock"):
            if is_locked(lock) and (lock.parent / "events.jsonl").is_file():
                return lock
        time.sleep(0.05)
    raise TimeoutError("the job never started")


def test_a_recorded_run_is_printed_again_as_plain_json_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = new_case(tmp_path / "case", "x")
    drive(case, EchoTask(act="finish"), silent())
    (run,) = (tmp_path / "case" / "runs").iterdir()
    with (run / "events.jsonl").open("r+") as file:
        recorded = file.read()
        file.seek(0)
        file.write('{"kind":"note","at":0,"text":"\u202e\\u001b[2J"}\nnot an event\n' + recorded)
    assert main(["replay", str(run)]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert out.splitlines()[0].startswith('{"at": ') or '"note"' in out.splitlines()[0]
    assert '"done"' in out.splitlines()[-1]


def test_a_reader_that_went_away_is_no_error_message(tmp_path: Path) -> None:
    drive(new_case(tmp_path / "case", "x"), EchoTask(act="finish"), silent())
    (run,) = (tmp_path / "case" / "runs").iterdir()
    reading, writing = os.pipe()
    os.close(reading)
    code = "import sys; from advisor.cli.main import main; sys.exit(main(sys.argv[1:]))"
    ran = subprocess.run(
        [sys.executable, "-c", code, "replay", str(run)],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=30,
        check=False,
    )
    os.close(writing)
    assert ran.returncode == 128 + signal.SIGPIPE
    assert ran.stderr == ""
