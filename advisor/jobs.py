"""One mechanism for all long work: a child process that writes events, and a reader that follows them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO

from advisor.events import EVENTS_FILE, Event, Failed, is_last, parse_event
from advisor.files import is_locked, private_folder
from advisor.specs import LET_GO, JobSpec

POLL = 0.05
"""Seconds between looks at the file: below what a person notices, above what an idle processor notices."""
_STAMP = "%Y%m%d-%H%M%S"
GUARD_PATIENCE = 6.0
"""Seconds that a stopped guard may need for its last event before it is ended."""


def new_run_folder(runs: Path, job: str) -> Path:
    """A fresh folder for one run, named by time and job.

    The newest name is the newest run: where the clock was set back, it is one second after the run before.
    """
    stamp = datetime.now(UTC).strftime(_STAMP)
    before = max((each.name[:15] for each in runs.glob("[0-9]*-*-*")), default="")
    if stamp <= before:
        with suppress(ValueError, OverflowError):
            stamp = (datetime.strptime(before, _STAMP) + timedelta(seconds=1)).strftime(_STAMP)
    for number in range(1000):
        folder = runs / (f"{stamp}-{job}" if number == 0 else f"{stamp}-{job}-{number}")
        if not folder.exists():
            return private_folder(folder)
    raise FileExistsError(str(runs))


@dataclass(slots=True)
class Job:
    """A started or attached job."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    """None when another process started it."""

    async def events(self, skip: int = 0) -> AsyncIterator[Event]:
        """Events in order, after the first `skip`; ends with exactly one Done or Failed."""
        seen = 0
        async for event in _follow(self.folder, self.process):
            seen += 1
            if seen > skip:
                yield event

    async def stop(self) -> None:
        """Ask the job to end, then end it; returns when its last event is written."""
        pid = self.process.pid if self.process else _guard_pid(self.folder)
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + GUARD_PATIENCE
        while is_locked(self.folder / "lock") and time.monotonic() < end:
            await asyncio.sleep(POLL)
        if is_locked(self.folder / "lock"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self._reap()

    async def close(self) -> None:
        """Give back what a job took of this process once its last word is said; one that lingers is ended."""
        end = time.monotonic() + GUARD_PATIENCE
        while self.process and self.process.poll() is None and time.monotonic() < end:
            await asyncio.sleep(POLL)
        if self.process and self.process.poll() is None:
            await self.stop()
        await self._reap()

    async def _reap(self) -> None:
        while self.process and self.process.poll() is None:
            await asyncio.sleep(POLL)
        if self.process and self.process.stdin:
            with suppress(OSError):
                self.process.stdin.close()

    def let_go(self) -> None:
        """Cut the life line: the job goes on when this process has ended, and others can attach."""
        if self.process and self.process.stdin:
            with suppress(OSError):
                _tell(self.process.stdin, LET_GO)


async def start_job(spec: JobSpec) -> Job:
    """Start the child of one job; with a life line it ends when this process does."""
    private_folder(spec.folder)
    with open(spec.folder / "guard.log", "ab", opener=_private) as guard_log:
        process = await asyncio.to_thread(_begin, spec.folder, guard_log)
    assert process.stdin
    with suppress(ConnectionError):
        await asyncio.to_thread(_tell, process.stdin, spec.model_dump_json().encode() + b"\n")
        if spec.lifeline == "none":
            process.stdin.close()
    return Job(spec.folder, process)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _begin(folder: Path, guard_log: BinaryIO) -> subprocess.Popen[bytes]:
    # Not asyncio's: that one kills a process that outlives its starter.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "advisor.work"],
        stdin=subprocess.PIPE,
        stdout=guard_log,
        stderr=guard_log,
        cwd=folder,
        start_new_session=True,
    )


def _tell(guard: IO[bytes], words: bytes) -> None:
    guard.write(words)
    guard.flush()


async def run_job(spec: JobSpec) -> AsyncIterator[Event]:
    """Start a job and yield its events; closing the iterator early stops the job."""
    job = await start_job(spec)
    try:
        async for event in job.events():
            yield event
    finally:
        await job.stop()


def read_events(folder: Path) -> list[Event]:
    """All events of a run so far; a run that died without a last word gets one here."""
    path = folder / EVENTS_FILE
    raw = path.read_bytes() if path.exists() else b""
    events = [event for line in raw.splitlines() if (event := parse_event(line)) is not None]
    if not any(is_last(event) for event in events) and not is_locked(folder / "lock"):
        events.append(_died(events[-1].at if events else 0.0))
    return events


def damaged_lines(folder: Path) -> int:
    """Lines of a run's recording that are no events, as a kill in the middle of a line leaves them."""
    path = folder / EVENTS_FILE
    raw = path.read_bytes() if path.exists() else b""
    return sum(parse_event(line) is None for line in raw.split(b"\n") if line.strip())


async def replay(folder: Path, speed: float = 1.0) -> AsyncIterator[Event]:
    """A recorded run again, at `speed` times its pace; 0 means without waiting."""
    before = 0.0
    for event in read_events(folder):
        if speed > 0 and event.at > before:
            await asyncio.sleep((event.at - before) / speed)
            before = event.at
        yield event


async def _follow(folder: Path, process: subprocess.Popen[bytes] | None) -> AsyncIterator[Event]:
    path = folder / EVENTS_FILE
    position, rest = 0, b""
    while True:
        alive = process.poll() is None if process else is_locked(folder / "lock")
        data = _read_from(path, position)
        position += len(data)
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            event = parse_event(line)
            if event is None:
                continue
            yield event
            if is_last(event):
                return
        if not data and not alive:
            yield _died(0.0)
            return
        if not data:
            await asyncio.sleep(POLL)


def _read_from(path: Path, position: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(position)
            return file.read(1 << 20)
    except FileNotFoundError:
        return b""


def _guard_pid(folder: Path) -> int | None:
    lock = folder / "lock"
    if not is_locked(lock):
        return None
    text = lock.read_text(encoding="ascii", errors="replace").strip()
    return int(text) if text.isdigit() else None


def _died(at: float) -> Failed:
    return Failed(
        at=at,
        failure="killed",
        message="The job was killed before it could say why",
        do="Start it again: finished parts are kept.",
    )
