"""Key to paint, bytes to the terminal and memory of `advisor`, idle and while a pilot trains."""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from advisor.files import write_atomic
from benchmarks.pty_program import PtyProgram

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "terminal.json"
KEY_TARGET_MS = 50.0
BYTES_TARGET = 10_000
PATIENCE = 180.0
OURS = "from screens.start import main; main()"
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
        bare = _bare(asked.keys, Path(home))
        idle, busy = _ours(asked.keys, asked.seconds, Path(home))
    result = {
        "what": "80x24 pseudo-terminal; key: from the key to the paint of the step's name",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
        "textual": importlib.metadata.version("textual"),
        "bare": bare,
        "idle": idle,
        "pilot": busy,
    }
    for name in ("bare", "idle", "pilot"):
        print(f"{name:6} " + "  ".join(f"{key} {value:,.1f}" for key, value in result[name].items()))  # type: ignore[attr-defined]
    if asked.save:
        RESULT.parent.mkdir(exist_ok=True)
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    return int(busy["key_p95_ms"] > KEY_TARGET_MS or busy["bytes_per_second"] > BYTES_TARGET)


def _bare(keys: int, home: Path) -> dict[str, float]:
    with PtyProgram([sys.executable, "-c", BARE], _environment(home), home) as program:
        program.wait_for(b"Nothing", 0.0, PATIENCE)
        time.sleep(1.0)
        return _latency(program, keys) | _weight(program)


def _ours(keys: int, seconds: float, home: Path) -> tuple[dict[str, float], dict[str, float]]:
    """The demo: first before anything runs, then while its pilot trains."""
    command = [sys.executable, "-c", f"import sys; sys.argv[1:] = []; {OURS}"]
    with PtyProgram(command, _environment(home), home) as program:
        program.wait_for(b"ctrl+n", 0.0, PATIENCE)
        time.sleep(2.0)
        idle = _latency(program, keys) | _rate(program, seconds) | _weight(program)
    command = [sys.executable, "-c", f"import sys; sys.argv[1:] = ['demo']; {OURS}"]
    with PtyProgram(command, _environment(home), home) as program:
        began = program.wait_for(b"training", 0.0, PATIENCE)
        program.press("5")
        program.wait_for(b"step", began, PATIENCE)
        busy = _rate(program, seconds) | _latency(program, keys) | _weight(program)
    return idle, busy


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(ROOT)}


def _latency(program: PtyProgram, keys: int) -> dict[str, float]:
    """Milliseconds from a digit to the paint of that step."""
    times = []
    for number in range(keys):
        place = (number * 3 + 1) % len(STEPS)
        pressed = program.press(str(place + 1))
        painted = program.wait_for(STEPS[place].encode(), pressed, 10.0)
        times.append((painted - pressed) * 1000)
        time.sleep(0.15)
    # The first visit of a step builds it.
    again = sorted(times[len(STEPS) :])
    return {
        "key_median_ms": statistics.median(again),
        "key_p95_ms": again[int(len(again) * 0.95)],
        "first_visit_ms": max(times[: len(STEPS)]),
    }


def _rate(program: PtyProgram, seconds: float) -> dict[str, float]:
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


def _weight(program: PtyProgram) -> dict[str, float]:
    return {"memory_mib": psutil.Process(program.pid).memory_info().rss / 2**20}


if __name__ == "__main__":
    sys.exit(main())
