"""The commands of the README and of the documents do what these say when they are typed one after another."""

import re
import shlex
import shutil
from itertools import takewhile
from pathlib import Path

import pytest

from advisor.cli.memory import Answer
from tests.advisor.cli.test_cli_journey import COLOURS, run, write_rows
from tests.advisor.tiny_model import make_tiny_model
from tests.test_readme import commands_of_the_documents, commands_of_the_readme

pytestmark = pytest.mark.slow

_READY_OR_NOT = (0, 1)
_SHORT = (
    "--minutes",
    "1",
    "--epochs",
    "1",
    "--seq",
    "64",
    "--metric",
    "loss",
    "--samples",
    "32",
    "--seeds",
    "1",
)
"""For the pilots: what they measure is the subject of other tests."""
_ELSEWHERE = ("demo", "run")
"""Whole journeys: `tests/work/test_demo.py` and `tests/advisor/cli/test_cli_journey.py` take them."""
_NAMED = {"FILE.csv": "prices.csv", "FILE": "rows.jsonl", "DIR": "./dir"}
"""What stands for the names that the documents leave to the reader."""
_CLEANING = """\
version = 1
source = "train.jsonl"
sha256 = "0000"
fixes = ["malformed", "exact_duplicates"]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the README speaks of."""
    home = tmp_path_factory.mktemp("readme")
    make_tiny_model(home / "my-model", COLOURS)
    write_rows(home / "rows.jsonl")
    write_rows(home / "rows-2.jsonl", 200)
    for name, first in (("rows.csv", 0), ("my-test.csv", 1000)):
        lines = (
            f"Box {n} is {COLOURS[n % 6]}. What colour?,{COLOURS[n % 6]}\n" for n in range(first, first + 160)
        )
        (home / name).write_text("question,answer\n" + "".join(lines))
    (home / "prices.csv").write_text(
        "provider,instance,gpu,gpus,usd_per_hour,date\nOurs,box,RTX 4090,1,0.5,2026-11-01\n"
    )
    _add_files_of_the_documents(home)
    return home


def _add_files_of_the_documents(home: Path) -> None:
    shutil.copytree(home / "my-model", home / "model")
    (home / "data").mkdir()
    for name in ("big.jsonl", "a.jsonl", "data/train.jsonl"):
        shutil.copy(home / "rows.jsonl", home / name)
    shutil.copy(home / "rows-2.jsonl", home / "data" / "test.jsonl")
    shutil.copy(home / "rows.csv", home / "b.csv")
    (home / "data" / "cleaning.toml").write_text(_CLEANING)


def _as_typed(command: str, home: Path) -> list[str]:
    """The words of a command, with the name of a run that exists and a pilot that is short."""
    newest = max((home / "study" / "runs").glob("*-pilot"), default=Path("none")).name
    words = shlex.split(re.sub(r"\d{8}-\d{6}-pilot", newest, command), comments=True)[1:]
    return [*words, *_SHORT] if words[0] == "plan" else words


@pytest.mark.timeout(600)
def test_every_command_of_the_readme_runs_in_its_order(home: Path) -> None:
    ran = []
    for command in commands_of_the_readme():
        words = _as_typed(command, home)
        if words[0] in _ELSEWHERE:
            continue
        code, _, told = run(home, *words)
        assert code in _READY_OR_NOT, (command, code, told[-2000:])
        assert "Traceback" not in told
        ran.append(words[0])
    assert set(ran) >= {"pilot", "verdict", "export", "report", "compare", "replay", "clean", "memory"}
    assert (home / "mended" / "changes.jsonl").exists()
    assert {each.name for each in (home / "full-run").iterdir()} >= {"axolotl.yaml", "trl.yaml", "RUN.md"}
    assert (home / "report" / "report.html").exists()


def _uses(words: list[str]) -> set[tuple[str, str]]:
    """What a command shows: each of its options, or that it needs none, and how many files it takes."""
    options = [each for each in words if each.startswith("--")] or ["no option"]
    files = len(list(takewhile(lambda each: not each.startswith("--"), words[1:])))
    return {(words[0], each) for each in (*options, f"{files} files")}


@pytest.mark.timeout(600)
def test_a_command_of_the_documents_for_each_use_that_the_readme_does_not_show_runs(home: Path) -> None:
    """Those that train are left to other tests."""
    shown = set[tuple[str, str]]()
    for command in commands_of_the_readme():
        shown |= _uses(shlex.split(command, comments=True)[1:])
    ran = []
    for command in dict.fromkeys(commands_of_the_documents()):
        words = [_NAMED.get(each, each) for each in shlex.split(command, comments=True)[1:]]
        if words[0] in (*_ELSEWHERE, "pilot") or _uses(words) <= shown:
            continue
        shown |= _uses(words)
        code, _, told = run(home, *words)
        cannot_tell = (Answer.CANNOT_TELL,) if words[0] == "memory" else ()
        assert code in (*_READY_OR_NOT, *cannot_tell), (command, code, told[-2000:])
        assert "Traceback" not in told
        ran.append(words)
    assert {each[0] for each in ran} >= {"offers", "memory", "profile", "clean"}
    assert ["profile", "a.jsonl", "b.csv"] in ran
    assert (home / "masked" / "rows.cleaned.jsonl").exists()
