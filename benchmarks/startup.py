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
OURS = "from screens.start import main; main()"
SHOWN = b"Machine"


class Result(TypedDict):
    """The kept figures."""

    what: str
    date: str
    machine: str
    python: str
    textual: str
    starts: int
    clocks: dict[str, dict[str, float]]
    """By clock: the medians of both programs, and the median of the ratios of pairs."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print medians and their ratio; 1 when the ratio is above the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="starts of each program")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as home:
        pairs = _measure(max(3, asked.runs), Path(home))
    result = summary(pairs)
    print(f"{len(pairs)} starts of each program, in turn; medians in seconds")
    for clock, row in result["clocks"].items():
        print(f"{clock:10} bare {row['bare']:.3f}  advisor {row['advisor']:.3f}  ratio {row['ratio']:.2f}")
    print(f"target: ratios at most {TARGET:.2f}")
    if asked.save:
        RESULT.parent.mkdir(exist_ok=True)
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    return 0 if all(row["ratio"] <= TARGET for row in result["clocks"].values()) else 1


def _measure(runs: int, home: Path) -> list[tuple[Paint, Paint]]:
    """Pairs of a bare and an own start, alternating; one pair beforehand fills the caches of the disk."""
    environment = {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(ROOT)}
    bare, ours = [sys.executable, "-c", BARE], [sys.executable, "-c", OURS]
    pairs = [
        (time_first_paint(bare, SHOWN, environment, home), time_first_paint(ours, SHOWN, environment, home))
        for _ in range(runs + 1)
    ]
    return pairs[1:]


def summary(pairs: Sequence[tuple[Paint, Paint]]) -> Result:
    """What is printed and kept."""
    return {
        "what": "seconds from process start to first paint, 80x24 pseudo-terminal; ratio: median of pairs",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
        "textual": importlib.metadata.version("textual"),
        "starts": len(pairs),
        "clocks": {
            "wall": _row([(bare.first_paint, ours.first_paint) for bare, ours in pairs]),
            "processor": _row([(bare.processor, ours.processor) for bare, ours in pairs]),
        },
    }


def _row(pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    return {
        "bare": round(statistics.median(bare for bare, _ in pairs), 4),
        "advisor": round(statistics.median(ours for _, ours in pairs), 4),
        "ratio": round(statistics.median(ours / bare for bare, ours in pairs), 3),
    }


if __name__ == "__main__":
    sys.exit(main())
