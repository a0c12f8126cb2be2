"""The bytes of a data file from which its rows are read: as they lie on disk, or unpacked and as UTF-8."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from advisor.rows.unpacked_bytes import UnpackedBytes

_PACKED = (b"\x1f\x8b", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd")
_OTHER_ENCODING = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
"""Byte order marks of UTF-16 and UTF-32."""


class StoredBytes(Protocol):
    """What an index counts and rows are cut out of."""

    @property
    def path(self) -> Path: ...
    @property
    def missing(self) -> str:
        """Why the bytes end before the file does, "" while they do not."""
        ...

    def pieces(self, size: int) -> Iterator[bytes]:
        """All bytes once, in pieces of this size, the last one shorter; raises OSError."""
        ...

    def read(self, start: int, size: int) -> bytes:
        """At most `size` bytes from a place that a piece has reached; raises OSError."""
        ...

    def close(self) -> None: ...


class PlainBytes:
    """A file that is read as it lies on disk; it is open only while it is read."""

    missing = ""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pieces(self, size: int) -> Iterator[bytes]:
        """All bytes from the first."""
        with self.path.open("rb") as file:
            while piece := file.read(size):
                yield piece

    def read(self, start: int, size: int) -> bytes:
        """Some of the bytes."""
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(size)

    def close(self) -> None:
        """Nothing is kept."""


def stored_bytes(path: Path) -> StoredBytes:
    """What reads a file, by its first bytes; one that cannot be opened says so when it is read."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError:
        return PlainBytes(path)
    return UnpackedBytes(path) if head.startswith((*_PACKED, *_OTHER_ENCODING)) else PlainBytes(path)
