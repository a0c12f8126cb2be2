"""A profiled case with a finding of 100,000 rows, and that finding opened in a terminal."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.program import ADVISOR
from benchmarks.pty_program import PtyProgram

ROWS = 100_000
_FINDINGS = 12
"""Rows of the list that are tried, from the first."""


def profiled(folder: Path, environment: Mapping[str, str]) -> Path:
    """The folder of a case whose every row holds an e-mail address."""
    data, case = folder / "letters.jsonl", folder / "long"
    with data.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(_row(number)) + "\n" for number in range(ROWS))
    command = [*ADVISOR, "profile", str(data), "--case", str(case)]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f"the profile ended with exit code {done.returncode}: {done.stderr[-400:]}")
    return case


def _row(number: int) -> dict[str, str]:
    return {
        "prompt": f"Letter {number} from reader{number}@mail{number % 977}.org about order {number * 7919}",
        "completion": f"order {number * 7919} is under way, number {number % 613}",
    }


def open_table(program: PtyProgram) -> None:
    """Go to the finding and open its rows; raises TimeoutError when no finding has all of them."""
    program.wait_for(b"[2 Data]", program.press("2"), 30.0)
    for _ in range(_FINDINGS):
        pressed = program.press("b")
        try:
            program.wait_for(f"of {ROWS:,}".encode(), pressed, 2.0)
            return
        except TimeoutError:
            program.press("\x1b")
            program.press("\x1b[B")
    raise TimeoutError(f"no finding has {ROWS:,} rows")
