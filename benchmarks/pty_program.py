"""A terminal program in a pseudo-terminal: keys go in, painted bytes come out with their times."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self


class PtyProgram:
    """Reads what the program paints in a thread of its own, so that no byte waits to be timed."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        size: tuple[int, int] = (80, 24),
    ) -> None:
        self._chunks: list[tuple[float, bytes]] = []
        self._new = threading.Condition()
        self.began = time.perf_counter()
        """When the process was started, by the monotonic clock."""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], list(command), {**environment, "TERM": "xterm-256color"})
        self.resize(size)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self._reader.join()
        os.close(self._terminal)

    def resize(self, size: tuple[int, int]) -> None:
        """Give the terminal another size, (columns, rows)."""
        columns, rows = size
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: str) -> float:
        """Type; the moment in seconds of the monotonic clock."""
        now = time.perf_counter()
        os.write(self._terminal, keys.encode())
        return now

    def wait_for(self, text: bytes, since: float, patience: float) -> float:
        """The moment at which `text` had been painted after `since`; raises TimeoutError."""
        end = time.perf_counter() + patience
        with self._new:
            while True:
                seen = b""
                for at, chunk in self._chunks:
                    if at >= since:
                        seen += chunk
                        if text in seen:
                            return at
                left = end - time.perf_counter()
                if left <= 0 or not self._new.wait(left):
                    raise TimeoutError(f"{text!r} was never painted")

    def bytes_between(self, start: float, end: float) -> int:
        """Bytes painted in a span of the monotonic clock."""
        with self._new:
            return sum(len(chunk) for at, chunk in self._chunks if start <= at < end)

    def painted(self) -> bytes:
        """Everything that was painted so far."""
        with self._new:
            return b"".join(chunk for _, chunk in self._chunks)

    def _read(self) -> None:
        while True:
            try:
                select.select([self._terminal], [], [])
                chunk = os.read(self._terminal, 65536)
            except OSError:
                return
            if not chunk:
                return
            with self._new:
                self._chunks.append((time.perf_counter(), chunk))
                self._new.notify_all()
