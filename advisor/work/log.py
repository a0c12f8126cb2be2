"""A log that cannot fill the disk: the newest output in two files of fixed size."""

import os
from pathlib import Path

LOG = "log.txt"
OLD_LOG = "log.old.txt"
LIMIT = 1 << 20
"""Bytes per file."""


class BoundedLog:
    """Keeps at least the last LIMIT bytes that were written, and at most twice that."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG
        self._old = folder / OLD_LOG
        self._file = self._path.open("ab", buffering=0)
        self._tail = b""

    def write(self, data: bytes) -> None:
        """Append `data`; a full disk loses log lines, never the job."""
        self._tail = (self._tail + data)[-8192:]
        try:
            if self._file.tell() + len(data) > LIMIT:
                self._file.close()
                os.replace(self._path, self._old)
                self._file = self._path.open("ab", buffering=0)
            self._file.write(data[-LIMIT:])
        except OSError:
            return

    @property
    def tail(self) -> str:
        """The last few thousand characters."""
        return self._tail.decode("utf-8", "replace")[-4000:]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
