"""Where each line of a file begins, by counting line feeds: eight bytes of memory for 64 KiB of file."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator

from advisor.rows.stored_bytes import StoredBytes

CHUNK = 1 << 16
_STRIDE = 64
"""Chunks read between two reports of progress."""


class LineIndex:
    """Finds lines of one file; lines that are not counted yet are not found."""

    def __init__(self, stored: StoredBytes) -> None:
        self._stored = stored
        self._feeds = array("Q")
        """Line feeds before the end of each chunk."""
        self._ends_open = False
        self.complete = False

    @property
    def lines(self) -> int:
        """Lines counted so far; a last line without a line feed counts once the end was reached."""
        counted = self._feeds[-1] if self._feeds else 0
        return int(counted) + (1 if self.complete and self._ends_open else 0)

    def count(self) -> Iterator[int]:
        """Count all lines, giving the bytes read so far now and then; raises OSError."""
        total, position = 0, 0
        for chunk in self._stored.pieces(CHUNK):
            total += chunk.count(b"\n")
            position += len(chunk)
            self._feeds.append(total)
            self._ends_open = not chunk.endswith(b"\n")
            if len(self._feeds) % _STRIDE == 0:
                yield position
        self.complete = True
        yield position

    def offset(self, line: int) -> int | None:
        """The byte at which a 1-based line begins, None when it is not counted yet or not there."""
        if line < 1 or line > max(self.lines, 1):
            return None
        if line == 1:
            return 0
        place = bisect_left(self._feeds, line - 1)
        if place == len(self._feeds):
            return None
        before = self._feeds[place - 1] if place else 0
        chunk = self._stored.read(place * CHUNK, CHUNK)
        found = -1
        for _ in range(line - 1 - before):
            found = chunk.find(b"\n", found + 1)
            if found < 0:
                return None
        return place * CHUNK + found + 1
