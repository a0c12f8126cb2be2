"""A packed file, or one that is not UTF-8, unpacked by a child process into a private file without a name.

The system takes the room back when the file is closed, also when this process is killed.
"""

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

from advisor.caches import cache_home
from advisor.files import private_folder
from advisor.rows.child import end, start

FOLDER = "unpacked"
DAMAGED, TOO_LARGE = 3, 4
"""How the child ends when the file is cut off or damaged, or unpacks to far more than text does."""
MOST = 16 << 30
"""Bytes of one file that are unpacked for looking at rows."""
_LEFT_FREE = 1 << 30
"""Bytes of the disk that are left to others."""
_CHECKED = 1 << 26
"""Bytes after which the disk is looked at again."""
_FULL = "the disk has no room for more"
_ENDINGS = {
    0: "",
    DAMAGED: "the archive is damaged or was cut off here; the rest is missing",
    TOO_LARGE: "the archive unpacks to far more than text does; the rest is not shown",
}


class UnpackedBytes:
    """What a file holds, as far as it has been unpacked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.missing = ""
        self._size = 0
        self._lock = Lock()
        """Held while the nameless file is touched, so that none is closed beneath who reads or writes."""
        self._file: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def pieces(self, size: int) -> Iterator[bytes]:
        """Unpack all of it, once; raises OSError when neither a file nor a child can be had."""
        self._begin()
        child = self._child
        assert child is not None and child.stdout is not None
        with suppress(ValueError):  # closed while it was read
            while piece := child.stdout.read(size):
                if not self._write(piece):
                    break
                yield piece
            else:
                self.missing = self.missing or _ENDINGS.get(child.wait(), "the rest cannot be unpacked")
        self._end_child()

    def read(self, start: int, size: int) -> bytes:
        """Some of what has been unpacked."""
        with self._lock:
            return os.pread(self._file, size, start) if self._file is not None else b""

    def close(self) -> None:
        """End the child and give the room on the disk back."""
        self._end_child()
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _begin(self) -> None:
        folder = private_folder(cache_home() / FOLDER)
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file, self._lock:
            self._file = os.dup(file.fileno())
        self._child = start("unpack", str(self.path.absolute()))

    def _write(self, piece: bytes) -> bool:
        """Put a piece behind the others; False, with the reason in `missing`, where it finds no room."""
        with self._lock:
            if self._file is None:
                return False
            why = self._no_room_for(len(piece))
            try:
                if not why and os.pwrite(self._file, piece, self._size) < len(piece):
                    why = _FULL
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                why = _FULL
            if why:
                self.missing = f"only the first {self._size:,} bytes are unpacked here: {why}"
                return False
            self._size += len(piece)
        return True

    def _no_room_for(self, more: int) -> str:
        """Why so many bytes more are not unpacked, "" when they can be."""
        assert self._file is not None
        if self._size + more > MOST:
            return "one file gets no more of the disk"
        if self._size // _CHECKED != (self._size + more) // _CHECKED or not self._size:
            disk = os.fstatvfs(self._file)
            if disk.f_bavail * disk.f_frsize < _LEFT_FREE + _CHECKED:
                return _FULL
        return ""

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            end(child)
