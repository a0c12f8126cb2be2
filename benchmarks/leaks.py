"""Processes, descriptors and memory of a process that starts and ends many jobs, which must not grow."""

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from advisor.events import Started, Step, is_last
from advisor.files import is_locked, write_atomic
from advisor.jobs import start_job
from advisor.specs import JobSpec

RESULT = Path(__file__).parent / "results" / "leaks.json"
ENDINGS = ("finish", "exit", "segfault", "raise", "stop", "kill worker", "kill guard", "stop deadlock")
"""How jobs end, in turn: by themselves in four ways, then because they are asked to or killed."""
WARM = 2 * len(ENDINGS)
"""Cycles after which everything that is loaded once is loaded."""
MOST_GROWTH = 1 << 20
"""Bytes of memory by which a process may differ that loses nothing: below 6 KiB a cycle over 184."""
_ACTS = {"stop": "hang", "kill worker": "hang", "kill guard": "hang", "stop deadlock": "deadlock"}


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds after some cycles."""

    cycles: int
    processes: int
    """Children, and everything that still works in the folders of the jobs."""
    descriptors: int
    memory_bytes: int


def main(argv: Sequence[str] | None = None) -> int:
    """Print what is held as the cycles go on; 1 when it grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        held = asyncio.run(after_cycles(asked.cycles, Path(folder)))
    for each in held:
        print(f"{each.cycles:4} {each.processes} processes {each.descriptors} descriptors", end=" ")
        print(f"{each.memory_bytes:,} bytes")
    start, end = held[0], held[-1]
    result = {
        "what": "start and end of a job, eight ways of ending in turn",
        "date": datetime.now(UTC).date().isoformat(),
        "cycles": asked.cycles,
        "endings": ENDINGS,
        "processes": end.processes - start.processes,
        "descriptors": end.descriptors - start.descriptors,
        "memory_bytes": end.memory_bytes - start.memory_bytes,
        "held": [asdict(each) for each in held],
    }
    if asked.save:
        write_atomic(RESULT, json.dumps(result, indent=1) + "\n", mode=0o644)
    return int(leaks(start, end))


def leaks(start: Held, end: Held) -> bool:
    """True when more is held at the end than can be chance."""
    return (
        end.processes > start.processes
        or end.descriptors > start.descriptors
        or end.memory_bytes - start.memory_bytes > MOST_GROWTH
    )


async def after_cycles(cycles: int, folder: Path, warm: int = WARM) -> list[Held]:
    """What is held after `warm` cycles, then after every eight, last after all of `cycles`."""
    found = []
    for number in range(1, cycles + 1):
        await _cycle(folder / f"run-{number}", ENDINGS[number % len(ENDINGS)])
        if number >= warm and ((number - warm) % len(ENDINGS) == 0 or number == cycles):
            found.append(_held(number, folder))
    return found


async def _cycle(folder: Path, ending: str) -> None:
    act = _ACTS.get(ending, ending)
    job = await start_job(JobSpec.model_validate({"folder": folder, "task": {"job": "echo", "act": act}}))
    assert job.process is not None
    worker, lasts = 0, 0
    async for event in job.events():
        lasts += is_last(event)
        if isinstance(event, Started):
            worker = event.pid
        if isinstance(event, Step):
            match ending:
                case "stop" | "stop deadlock":
                    await job.stop()
                case "kill worker":
                    os.kill(worker, signal.SIGKILL)
                case "kill guard":
                    job.process.kill()
    if lasts != 1:
        raise RuntimeError(f"a job that ended by {ending!r} had {lasts} last words")
    await job.close()


def _held(cycles: int, folder: Path) -> Held:
    gc.collect()
    me = psutil.Process()
    working = {each.pid for each in me.children(recursive=True)} | _working_in(folder)
    return Held(cycles, len(working), me.num_fds(), me.memory_info().rss)


def _working_in(folder: Path) -> set[int]:
    """Processes that still work below a folder, orphans among them."""
    left = set()
    for each in psutil.process_iter(["pid", "cwd", "status"]):
        cwd = each.info["cwd"]
        if cwd and Path(cwd).is_relative_to(folder) and each.info["status"] != psutil.STATUS_ZOMBIE:
            left.add(each.pid)
    return left | {0 for lock in folder.glob("*/lock") if is_locked(lock)}


if __name__ == "__main__":
    sys.exit(main())
