"""Seeded signals at random moments to a job, to its guard and to its starter, and what is left of them."""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from advisor.events import Started, is_last
from advisor.files import is_locked, write_atomic
from advisor.jobs import read_events
from advisor.specs import JobSpec

RESULT = Path(__file__).parent / "results" / "signals.json"
ACTS = ("finish", "flood", "garbage", "hang", "deadlock", "raise", "segfault", "linger")
VICTIMS = ("worker", "guard", "starter")
SIGNALS = (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
LIVES = 0.6
"""Seconds of an act that ends by itself."""
PATIENCE = 30.0
"""Seconds within which everything must have ended once the starter is gone."""
STARTER = """
import asyncio, sys
from pathlib import Path
from advisor.jobs import run_job
from advisor.specs import JobSpec

async def main():
    async for event in run_job(JobSpec.model_validate_json(sys.argv[1])):
        print(event.kind, flush=True)

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One job, and what was done to it."""

    number: int
    act: str
    sent: tuple[str, ...]
    """Victim, signal and seconds after the start."""
    last_words: int
    left: int
    """Processes that were there when the patience was over."""
    locked: bool
    seconds: float
    """From the end of the starter to the end of everything."""

    @property
    def survived(self) -> bool:
        """True when exactly one last word is said and nothing is left."""
        return self.last_words == 1 and not self.left and not self.locked


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cases; 1 when any leaves something behind or has no last word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=120)
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(asked.cases):
            cases.append(tried(number, Path(folder) / str(number)))
            print(json.dumps(asdict(cases[-1])), flush=True)
    good = sum(each.survived for each in cases)
    result = {
        "what": "jobs of eight kinds under seeded signals to worker, guard and starter",
        "date": datetime.now(UTC).date().isoformat(),
        "cases": len(cases),
        "survived": good,
        "signals": dict(Counter(each.split()[1] for case in cases for each in case.sent)),
        "slowest_end_seconds": max(each.seconds for each in cases),
        "bad": [asdict(each) for each in cases if not each.survived],
    }
    print(json.dumps(result))
    if asked.save:
        write_atomic(RESULT, json.dumps(result, indent=1) + "\n", mode=0o644)
    return int(good < len(cases))


def tried(number: int, folder: Path) -> Case:
    """Start a job, send it one to three signals, end its starter, wait until nothing is left."""
    chance = random.Random(number)
    act = ACTS[number % len(ACTS)]
    plan = sorted(
        (chance.uniform(0.0, 1.5), chance.choice(VICTIMS), chance.choice(SIGNALS))
        for _ in range(chance.randint(1, 3))
    )
    spec = JobSpec.model_validate({"folder": folder, "task": {"job": "echo", "act": act, "seconds": LIVES}})
    words = [sys.executable, "-c", STARTER, spec.model_dump_json()]
    starter = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        sent = _send(plan, starter.pid, folder)
        time.sleep(LIVES)
    finally:
        starter.kill()
        starter.wait()
    began = time.monotonic()
    # What was stopped goes on, as when a terminal's jobs are continued.
    while _working_in(folder) and time.monotonic() - began < PATIENCE:
        for each in _working_in(folder):
            _signal(each, signal.SIGCONT)
        time.sleep(0.05)
    events = read_events(folder)
    left = _working_in(folder)
    for each in left:
        _signal(each, signal.SIGKILL)
    return Case(
        number,
        act,
        sent,
        sum(is_last(each) for each in events),
        len(left),
        is_locked(folder / "lock"),
        round(time.monotonic() - began, 2),
    )


def _send(plan: Sequence[tuple[float, str, signal.Signals]], starter: int, folder: Path) -> tuple[str, ...]:
    sent = []
    start = _start(folder)
    for at, victim, number in plan:
        time.sleep(max(0.0, start + at - time.monotonic()))
        pid = _pid(victim, starter, folder)
        if pid is not None and _signal(pid, number):
            sent.append(f"{victim} {number.name} {at:.2f}")
    return tuple(sent)


def _start(folder: Path) -> float:
    """The moment at which the guard held its lock, or long enough after the start of the starter."""
    end = time.monotonic() + PATIENCE
    while not is_locked(folder / "lock") and time.monotonic() < end:
        time.sleep(0.01)
    return time.monotonic()


def _pid(victim: str, starter: int, folder: Path) -> int | None:
    if victim == "starter":
        return starter
    if not is_locked(folder / "lock"):
        return None
    if victim == "worker":
        return next((each.pid for each in read_events(folder) if isinstance(each, Started)), None)
    text = (folder / "lock").read_text(encoding="ascii").strip()
    return int(text) if text.isdigit() else None


def _signal(pid: int, number: signal.Signals) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def _working_in(folder: Path) -> list[int]:
    """Processes that still work in the folder of a job; each of them lives."""
    return [
        each.pid
        for each in psutil.process_iter(["pid", "cwd", "status"])
        if each.info["cwd"] == str(folder) and each.info["status"] != psutil.STATUS_ZOMBIE
    ]


if __name__ == "__main__":
    sys.exit(main())
