"""Pilots of the demo one after another in one open terminal, whose memory and descriptors must not grow."""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from advisor.catalog import demo_folder
from advisor.events import Done, is_last
from advisor.files import write_atomic
from advisor.jobs import read_events
from benchmarks.program import ADVISOR, answer_of
from benchmarks.pty_program import PtyProgram

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "soak.json"
ROWS = 90
PLAN = ("--model", "demo", "--samples", "48", "--epochs", "1", "--minutes", "1", "--offline")
PATIENCE = 400.0
WARM = 2
"""Pilots after which every step was shown and everything that is loaded once is loaded."""
MOST_PER_PILOT = 0.25
"""MiB by which the terminal may grow with each pilot: 100 pilots then cost less than one photograph."""


@dataclass(frozen=True, slots=True)
class Look:
    """The terminal's process after a pilot."""

    pilots: int
    seconds: float
    """Since the terminal was opened."""
    memory_mib: float
    descriptors: int
    threads: int
    children: int


def main(argv: Sequence[str] | None = None) -> int:
    """Run the pilots; 1 when the terminal grows with them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pilots", type=int, default=25)
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        looks = _soak(asked.pilots, Path(folder))
    slope = slope_of(looks[WARM:])
    start, end = looks[min(WARM, len(looks) - 1)], looks[-1]
    result = {
        "what": "pilots one after another in one open terminal, every step looked at after each",
        "date": datetime.now(UTC).date().isoformat(),
        "pilots": len(looks),
        "hours": round(end.seconds / 3600, 2),
        "memory_mib_per_pilot": round(slope, 3),
        "memory_mib": [round(start.memory_mib, 1), round(end.memory_mib, 1)],
        "descriptors": end.descriptors - start.descriptors,
        "children": end.children,
        "looks": [asdict(each) for each in looks],
    }
    print(json.dumps({**result, "looks": len(looks)}))
    if asked.save:
        write_atomic(RESULT, json.dumps(result, indent=1) + "\n", mode=0o644)
    return int(slope > MOST_PER_PILOT or end.descriptors > start.descriptors or end.children > start.children)


def slope_of(looks: Sequence[Look]) -> float:
    """MiB for each further pilot: the least squares line through the looks."""
    if len(looks) < 2:
        return 0.0
    return statistics.linear_regression(
        [each.pilots for each in looks], [each.memory_mib for each in looks]
    ).slope


def _soak(pilots: int, folder: Path) -> list[Look]:
    case, environment = _planned(folder)
    command = [*ADVISOR, "--case", str(case)]
    began, looks = time.monotonic(), []
    with PtyProgram(command, environment, folder) as program:
        program.wait_for(b"ctrl+n", 0.0, PATIENCE)
        time.sleep(2.0)
        for number in range(1, pilots + 1):
            program.press("5")
            time.sleep(1.0)
            program.press("r")
            _wait_for_pilot(case, number)
            for step in "1234675":
                program.press(step)
                time.sleep(0.5)
            time.sleep(3.0)
            looks.append(_look(program.pid, number, time.monotonic() - began))
            print(json.dumps(asdict(looks[-1])), flush=True)
            for run in sorted((case / "runs").glob("*-pilot*"))[:-2]:
                shutil.rmtree(run / "state", ignore_errors=True)
    return looks


def _planned(folder: Path) -> tuple[Path, dict[str, str]]:
    """A case of the demo's rows and model that is ready for its pilot."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "ADVISOR_HOME": str(folder / "home"),
    }
    rows = folder / "rows.jsonl"
    with demo_folder() as demo:
        lines = (demo / "triage.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    rows.write_text("".join(lines[:ROWS]), encoding="utf-8")
    words = ("plan", str(rows), "--case", str(folder / "case"), *PLAN)
    answer_of(*words, environment=environment, patience=PATIENCE)
    return folder / "case", environment


def _wait_for_pilot(case: Path, number: int) -> None:
    """Until so many pilots have ended; raises RuntimeError for one that ended badly."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        runs = sorted((case / "runs").glob("*-pilot*"))
        if len(runs) >= number and (runs[-1] / "spec.json").exists():
            events = read_events(runs[-1])
            if events and is_last(events[-1]):
                if not isinstance(events[-1], Done):
                    raise RuntimeError(f"pilot {number} ended badly: {events[-1]}")
                return
        time.sleep(0.5)
    raise TimeoutError(f"pilot {number} did not end")


def _look(pid: int, pilots: int, seconds: float) -> Look:
    process = psutil.Process(pid)
    return Look(
        pilots,
        round(seconds, 1),
        round(process.memory_info().rss / 2**20, 2),
        process.num_fds(),
        process.num_threads(),
        len(process.children(recursive=True)),
    )


if __name__ == "__main__":
    sys.exit(main())
