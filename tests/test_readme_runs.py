"""The commands of the README do what it says when they are typed one after another."""

import re
import shlex
from pathlib import Path

import pytest

from tests.advisor.test_cli_journey import COLOURS, run, write_rows
from tests.advisor.tiny_model import make_tiny_model
from tests.test_readme import commands_of_the_readme

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
"""Whole journeys: `tests/work/test_demo.py` and `tests/advisor/test_cli_journey.py` take them."""


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
    return home


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
