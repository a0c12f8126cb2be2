"""The child's voice: events appended to its own events.jsonl, one write per line."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from advisor.events import EVENTS_FILE, Event, Metric, Note, Step


class Emitter:
    """Appends events to the run's folder; safe to use from several threads."""

    def __init__(self, folder: Path, began: float | None = None) -> None:
        self._began = time.monotonic() if began is None else began
        self._lock = threading.Lock()
        self._records: list[list[Event]] = []
        self._handle = os.open(
            folder / EVENTS_FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600
        )

    @property
    def elapsed(self) -> float:
        """Seconds since the job began."""
        return time.monotonic() - self._began

    def emit(self, event: Event) -> None:
        """Append one event; everything but progress is synced to disk before this returns."""
        stamped = event.model_copy(update={"at": round(self.elapsed, 3)})
        line = stamped.model_dump_json().encode() + b"\n"
        with self._lock:
            if self._torn():
                line = b"\n" + line
            written = os.write(self._handle, line)
            while written < len(line):
                written += os.write(self._handle, line[written:])
            if not isinstance(event, Step | Metric | Note):
                os.fsync(self._handle)

        for record in self._records:
            if not isinstance(event, Step | Metric):
                record.append(event)

    @contextmanager
    def recording(self) -> Iterator[list[Event]]:
        """A list that receives every event said meanwhile, progress and metrics apart."""
        record: list[Event] = []
        self._records.append(record)
        try:
            yield record
        finally:
            self._records.pop()

    def _torn(self) -> bool:
        """True when the file ends inside a line, as a kill during a write leaves it."""
        size = os.fstat(self._handle).st_size
        return size > 0 and os.pread(self._handle, 1, size - 1) != b"\n"
