"""What the machine's clock, language and time zone say changes no result."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from advisor import jobs
from advisor.events import Done
from advisor.jobs import new_run_folder, read_events

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WRONG_CLOCK = Path(__file__).parent / "wrong_clock"
CLI = "import sys; from advisor.cli.main import main; sys.exit(main(sys.argv[1:]))"
TURKISH, GERMAN = "tr_TR.UTF-8", "de_DE.UTF-8"
"""The I without a dot; a comma in numbers."""


def answer(folder: Path, **environment: str) -> tuple[dict[str, object], str]:
    """What `advisor profile` says of one file, and its narration, in a home of its own."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            CLI,
            "profile",
            "rows.csv",
            "--model",
            "demo",
            "--case",
            "home/case",
            "--json",
        ],
        cwd=folder,
        env={**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    document = json.loads(done.stdout)
    return document, done.stderr


def without_time(document: object) -> object:
    """The answer without moments, durations and the names of run folders."""
    match document:
        case dict():
            dropped = {"created", "seconds", "measured_at", "data_run", "rows_per_second"}
            return {key: without_time(each) for key, each in document.items() if key not in dropped}
        case list():
            return [without_time(each) for each in document]
    return document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows whose labels and numbers a language could change."""
    folder = tmp_path_factory.mktemp("languages")
    labels = ("TITLE", "title", "Istanbul", "ISTANBUL", "İzmir", "straße", "STRASSE")
    lines = [
        f'"Which is number {number}, 1.5 or 1,5?","{labels[number % len(labels)]}"' for number in range(120)
    ]
    (folder / "rows.csv").write_text("Prompt,Completion\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def usual(folder: Path) -> object:
    """The answer in English, at home."""
    return without_time(answer(folder, LC_ALL="C.UTF-8", TZ="UTC")[0])


@pytest.fixture(scope="module")
def languages(folder: Path) -> Path:
    """Both languages, made on the spot."""
    made = folder / "locales"
    made.mkdir()
    for name in (TURKISH, GERMAN):
        command = ["localedef", "-i", name.removesuffix(".UTF-8"), "-f", "UTF-8", str(made / name)]
        subprocess.run(command, check=False, capture_output=True)
        assert (made / name).is_dir(), f"{name} cannot be made here"
    return made


def test_language_and_time_zone_change_nothing(languages: Path, folder: Path, usual: object) -> None:
    spoken = answer(folder, LC_ALL=TURKISH, LOCPATH=str(languages), TZ="Pacific/Apia")[0]
    assert without_time(spoken) == usual


def test_a_clock_that_jumps_changes_no_result_and_no_duration(
    languages: Path, folder: Path, usual: object
) -> None:
    """Nor does a language that writes numbers with a comma."""
    document, narration = answer(
        folder,
        PYTHONPATH=f"{WRONG_CLOCK}{os.pathsep}{ROOT}",
        ADVISOR_TEST_CLOCK="1",
        LC_ALL=GERMAN,
        LOCPATH=str(languages),
        TZ="UTC",
    )
    assert without_time(document) == usual
    assert not re.search(r"-\d+(\.\d+)? ?(s|min|h)\b", narration), "a negative duration was told"
    (run,) = (folder / "home" / "case" / "runs").glob("*-profile")
    assert run.name.startswith(("1969", "197", "1998", "203", "209")), "the clock was right"
    events = read_events(run)
    assert [each.at for each in events] == sorted(each.at for each in events)
    last = events[-1]
    assert isinstance(last, Done)
    assert 0 < last.seconds < 240


@pytest.mark.parametrize("now", ["1970-01-01", "2001-02-03", "2026-01-01"])
def test_the_newest_run_is_last_by_name_though_the_clock_was_set_back(
    now: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SetBack(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "SetBack":
            return cls.fromisoformat(now).replace(tzinfo=UTC)

    (tmp_path / "20261231-235959-pilot").mkdir()
    monkeypatch.setattr(jobs, "datetime", SetBack)
    made = [new_run_folder(tmp_path, "pilot") for _ in range(12)]
    assert [each.name for each in made] == sorted(each.name for each in made)
    assert made[0].name == "20270101-000000-pilot"
    assert max(tmp_path.glob("*-pilot*")) == made[-1]
