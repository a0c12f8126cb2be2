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


def main(argv: Sequence[str] | None = None) -> int:
    """Print medians and their ratio; 1 when the ratio is above the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="starts of each program")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as home:
        pairs = _measure(max(3, asked.runs), Path(home))
    result = _summary(pairs)
    print(f"{'':10}{'median':>10}{'fastest':>10}{'slowest':>10}   seconds, {len(pairs)} starts each")
    for name in ("bare", "advisor"):
        row = result[name]
        assert isinstance(row, dict)
        print(f"{name:10}{row['median']:10.3f}{row['fastest']:10.3f}{row['slowest']:10.3f}")
    print(f"ratio of medians {result['ratio']:.2f}, target at most {TARGET:.2f}")
    if asked.save:
        RESULT.parent.mkdir(exist_ok=True)
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    return 0 if float(str(result["ratio"])) <= TARGET else 1


def _measure(runs: int, home: Path) -> list[tuple[Paint, Paint]]:
    """Pairs of a bare and an own start, alternating; one pair beforehand fills the caches of the disk."""
    environment = {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(ROOT)}
    bare, ours = [sys.executable, "-c", BARE], [sys.executable, "-c", OURS]
    pairs = [
        (time_first_paint(bare, SHOWN, environment, home), time_first_paint(ours, SHOWN, environment, home))
        for _ in range(runs + 1)
    ]
    return pairs[1:]


def _summary(pairs: Sequence[tuple[Paint, Paint]]) -> dict[str, object]:
    bare = [first.first_paint for first, _ in pairs]
    ours = [second.first_paint for _, second in pairs]
    return {
        "what": "seconds from process start to first paint, 80x24 pseudo-terminal",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
        "textual": importlib.metadata.version("textual"),
        "bare": _spread(bare),
        "advisor": _spread(ours),
        "ratio": round(statistics.median(ours) / statistics.median(bare), 3),
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 4),
        "fastest": round(min(values), 4),
        "slowest": round(max(values), 4),
    }


if __name__ == "__main__":
    sys.exit(main())
