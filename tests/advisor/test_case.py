"""The case file: loads back equal, refuses what it cannot read, never half written."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.case import CASE_FILE, Case, case_of_toml, load, new_case, save
from advisor.errors import BadCase, CaseInUse
from advisor.files import is_locked, locked, write_atomic
from heuristics.facts.data import Columns
from heuristics.facts.pilot import PilotFacts, Proof, Run
from heuristics.goal import Goal
from heuristics.planning.knobs import Knobs

HOSTILE = "a\"b'c\n]] = \\ \x1b[2J \u202e $(id) é 漢 [x]"


def filled(folder: Path) -> Case:
    run = Run(
        "r1", "ladder", 1e-4, 300, 3.0, 17, 57, 57, ((1, 2.5),), ((57, 1.25),), 1.25, 9.5, 512.0, 1 << 30
    )
    proof = Proof(8, 1, 128, 120, 1 << 30, 1 << 28, 0.25, 4000.0, "cpu", "fp32")
    return new_case(folder, HOSTILE).but(
        data_path=f"/data/{HOSTILE}.jsonl",
        columns=Columns(prompt=HOSTILE, answer="a"),
        goal=Goal(task="classify", metric="exact_match", smallest_gain=0.02),
        knobs=Knobs(learning_rate=3e-4, method="lora"),
        pilot=PilotFacts(model="m", method="lora", proof=proof, runs=(run,), ended=HOSTILE),
        pilot_run="20260101-000000-pilot",
    )


def test_a_case_loads_back_equal(tmp_path: Path) -> None:
    case = filled(tmp_path / "case")
    save(case)
    assert load(tmp_path / "case") == case


def test_a_case_is_private_to_the_user(tmp_path: Path) -> None:
    save(new_case(tmp_path / "case", "mine"))
    assert stat.S_IMODE((tmp_path / "case").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "case" / CASE_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "newer version (None)"),
        ("version = 99\nname = 'x'\ncreated = ''", "newer version (99)"),
        ("version = 1\nname = 3\ncreated = ''", "damaged at name"),
        ("version = 1\nname = 'x'\ncreated = ''\nsurprise = 1", "damaged at surprise"),
        ("not toml [", "damaged"),
    ],
)
def test_a_case_that_cannot_be_read_says_why_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadCase) as caught:
        case_of_toml(text, tmp_path)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_a_missing_case_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadCase, match="No case can be read"):
        load(tmp_path / "nowhere")


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomic(path, "\ud800")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_lock_keeps_others_out_and_ends_with_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with locked(lock):
        assert is_locked(lock)
        with pytest.raises(CaseInUse), locked(lock):
            pass
    assert not is_locked(lock)


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    words = "import sys, time\nfrom pathlib import Path\nfrom advisor.files import locked\n"
    words += "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)\n"
    with subprocess.Popen([sys.executable, "-c", words, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        assert is_locked(lock)
        holder.kill()
    assert lock.read_text() == f"{holder.pid}\n", "the name of the dead stands there"
    assert not is_locked(lock)
    # A living process may have the number of the dead by now: this one, say.
    lock.write_text(f"{os.getppid()}\n")
    with locked(lock):
        assert lock.read_text() == f"{os.getpid()}\n"
