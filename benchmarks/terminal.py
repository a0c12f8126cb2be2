"""First paint, key to paint, work at rest, bytes to the terminal and memory, beside a bare application.

Keys are timed at rest, in a table of 100,000 rows, while the window is resized, and while a pilot trains.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import psutil

from advisor.files import write_atomic
from benchmarks.long_table import open_table, profiled
from benchmarks.origin import machine
from benchmarks.program import START
from benchmarks.pty_program import PtyProgram

Figures = dict[str, float]

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "terminal.json"
KEY_TARGET_MS = 50.0
BYTES_TARGET = 10_000
PATIENCE = 180.0
SIZES = ((80, 24), (100, 30), (130, 40), (110, 34))
RESIZES_PER_SECOND = 10
OURS_TIMED = ("idle", "table", "resized", "pilot")
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    BINDINGS = [(str(n), f"show({n})", "show") for n in range(1, 8)]
    def compose(self):
        yield Static("[0 Nothing]", markup=False)
    def action_show(self, n):
        self.query_one(Static).update(NAMES[n - 1])
NAMES = ["1 Machine", "2 Data", "3 Goal", "4 Plan", "5 Pilot", "6 Verdict", "7 Export"]
Bare().run()
"""
STEPS = ("1 Machine", "2 Data", "3 Goal", "4 Plan", "5 Pilot", "6 Verdict", "7 Export")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures beside their targets; 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=70, help="keys pressed in each state")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long bytes are counted")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as home:
        measured = _measured(asked.keys, asked.seconds, Path(home))
    result = {
        "what": "80x24 pseudo-terminal; key: from the key to the paint of what it shows",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "python": platform.python_version(),
        "textual": importlib.metadata.version("textual"),
        **measured,
    }
    for name, figures in measured.items():
        print(f"{name:12} " + "  ".join(f"{key} {value:,.1f}" for key, value in figures.items()))
    if asked.save:
        RESULT.parent.mkdir(exist_ok=True)
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    slow = [name for name in OURS_TIMED if measured[name]["key_p95_ms"] > KEY_TARGET_MS]
    return int(bool(slow) or measured["pilot"]["bytes_per_second"] > BYTES_TARGET)


def _measured(keys: int, seconds: float, home: Path) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    bare = [sys.executable, "-c", BARE]
    with PtyProgram(bare, _environment(home), home) as program:
        paint = _painted(program, b"Nothing")
        found["bare"] = paint | _latency(program, keys, "{}") | _rate(program, seconds) | _weight(program)
        found["bare resized"] = _while_resized(program, keys, "{}")
    with PtyProgram(_ours(), _environment(home), home) as program:
        paint = _painted(program, b"ctrl+n")
        found["idle"] = paint | _latency(program, keys) | _rate(program, seconds) | _weight(program)
        found["resized"] = _while_resized(program, keys)
    case = profiled(home, _environment(home))
    with PtyProgram(_ours("--case", str(case)), _environment(home), home) as program:
        program.wait_for(b"ctrl+n", 0.0, PATIENCE)
        open_table(program)
        found["table"] = _down(program, keys) | _weight(program)
    with PtyProgram(_ours("demo"), _environment(home), home) as program:
        program.wait_for(b"pilot: baseline", 0.0, PATIENCE)
        program.press("5")
        found["pilot"] = _rate(program, seconds) | _latency(program, keys) | _weight(program)
        if b"pilot done" in program.painted() or b"pilot failed" in program.painted():
            raise SystemExit(
                "the pilot ended before the keys were timed: press fewer, or count for less time"
            )
    return found


def _ours(*words: str) -> list[str]:
    return [sys.executable, "-c", f"import sys; sys.argv[1:] = {list(words)!r}; {START}"]


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(ROOT)}


def _painted(program: PtyProgram, text: bytes) -> Figures:
    """Milliseconds from the start of the process to its first whole screen; then a moment of rest."""
    paint = program.wait_for(text, 0.0, PATIENCE) - program.began
    time.sleep(2.0)
    return {"first_paint_ms": paint * 1000}


def _latency(program: PtyProgram, keys: int, mark: str = "[{}]") -> Figures:
    """Milliseconds from a digit to the paint of that step; `mark` is how the present step is written."""
    times = []
    for number in range(keys + len(STEPS)):
        place = (number * 3 + 1) % len(STEPS)
        pressed = program.press(str(place + 1))
        painted = program.wait_for(mark.format(STEPS[place]).encode(), pressed, 10.0)
        times.append((painted - pressed) * 1000)
        time.sleep(0.15)
    # The first visit of a step builds it.
    return _spread(times[len(STEPS) :]) | {"first_visit_ms": max(times[: len(STEPS)])}


def _down(program: PtyProgram, keys: int) -> Figures:
    """Milliseconds from the down key to the paint of the next row's number."""
    times = []
    for row in range(2, keys + 2):
        pressed = program.press("\x1b[B")
        times.append((program.wait_for(f"row {row:,} of".encode(), pressed, 10.0) - pressed) * 1000)
        time.sleep(0.15)
    return _spread(times)


def _while_resized(program: PtyProgram, keys: int, mark: str = "[{}]") -> Figures:
    """Latency while the window changes its size ten times a second, as when its corner is dragged."""
    done = threading.Event()

    def drag() -> None:
        for size in cycle(SIZES):
            if done.wait(1 / RESIZES_PER_SECOND):
                return
            program.resize(size)

    hand = threading.Thread(target=drag)
    hand.start()
    try:
        return _latency(program, keys, mark)
    finally:
        done.set()
        hand.join()
        program.resize(SIZES[0])


def _spread(times: Sequence[float]) -> Figures:
    ordered = sorted(times)
    return {
        "key_median_ms": statistics.median(ordered),
        "key_p95_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))],
    }


def _rate(program: PtyProgram, seconds: float) -> Figures:
    """Bytes painted and processor share while nothing is pressed."""
    process = psutil.Process(program.pid)
    used, began = sum(process.cpu_times()[:2]), time.perf_counter()
    time.sleep(seconds)
    end = time.perf_counter()
    share = (sum(process.cpu_times()[:2]) - used) / (end - began)
    return {
        "bytes_per_second": program.bytes_between(began, end) / (end - began),
        "cpu_percent": share * 100,
    }


def _weight(program: PtyProgram) -> Figures:
    return {"memory_mib": psutil.Process(program.pid).memory_info().rss / 2**20}


if __name__ == "__main__":
    sys.exit(main())
