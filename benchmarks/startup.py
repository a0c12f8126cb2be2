"""Time to the first paint of `advisor` beside a bare Textual application."""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from advisor.files import write_atomic
from benchmarks.origin import machine
from benchmarks.program import START
from benchmarks.pty_paint import Paint, time_first_paint

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "startup.json"
TARGET = 2.0
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("Machine")
Bare().run()
"""
FRAME, STEP = b"Machine", b"ctrl+n"
"""What the frame shows, and what only a whole step shows."""

Start = tuple[Paint, Paint, Paint]
"""The bare program, our frame, our first step."""


class Result(TypedDict):
    """The kept figures."""

    what: str
    date: str
    machine: str
    python: str
    textual: str
    starts: int
    clocks: dict[str, dict[str, float]]
    """By clock: medians, and the median of the ratios to the bare start beside it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print medians and their ratio; 1 when the ratio is above the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="starts of each program")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as home:
        starts = _measure(max(3, asked.runs), Path(home))
    result = summary(starts)
    print(f"{len(starts)} starts of each program, in turn; medians in seconds")
    for clock, row in result["clocks"].items():
        print(f"{clock:10} " + "  ".join(f"{name} {value:.3f}" for name, value in row.items()))
    print(f"target: ratio of the frame at most {TARGET:.2f}")
    if asked.save:
        RESULT.parent.mkdir(exist_ok=True)
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    return 0 if all(row["frame_ratio"] <= TARGET for row in result["clocks"].values()) else 1


def _measure(runs: int, home: Path) -> list[Start]:
    """Starts in turn; one of each beforehand fills the caches of the disk."""
    environment = {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(ROOT)}
    bare, ours = [sys.executable, "-c", BARE], [sys.executable, "-c", START]
    starts = [
        (
            time_first_paint(bare, FRAME, environment, home),
            time_first_paint(ours, FRAME, environment, home),
            time_first_paint(ours, STEP, environment, home),
        )
        for _ in range(runs + 1)
    ]
    return starts[1:]


def summary(starts: Sequence[Start]) -> Result:
    """What is printed and kept."""
    return {
        "what": "seconds from process start to the paint of the frame and of the first step, 80x24 terminal",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "python": platform.python_version(),
        "textual": importlib.metadata.version("textual"),
        "starts": len(starts),
        "clocks": {
            "wall": _row([(bare.shown, frame.shown, step.shown) for bare, frame, step in starts]),
            "processor": _row(
                [(bare.processor, frame.processor, step.processor) for bare, frame, step in starts]
            ),
        },
    }


def _row(starts: Sequence[tuple[float, float, float]]) -> dict[str, float]:
    columns = {
        "bare": [bare for bare, _, _ in starts],
        "frame": [frame for _, frame, _ in starts],
        "step": [step for _, _, step in starts],
        "frame_ratio": [frame / bare for bare, frame, _ in starts],
        "step_ratio": [step / bare for bare, _, step in starts],
    }
    return {name: round(statistics.median(values), 4) for name, values in columns.items()}


if __name__ == "__main__":
    sys.exit(main())
