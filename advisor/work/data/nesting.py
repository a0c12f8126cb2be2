"""Notices JSON that is nested beyond all measure before a parser spends its memory on it."""

import io
import re

DEEPEST = 500
"""Levels of one row; rows of real data sets have fewer than ten."""
_PIECE = 8192
_OTHERS = bytes(code for code in range(256) if code not in b'"[]{}')
_TEXT = re.compile(rb'"[^"]*(?:"|\Z)')


class TooDeep(Exception):
    """The document is nested deeper than any row of data."""


class Shallow(io.RawIOBase):
    """A stream of JSON that ends in TooDeep where it is nested too deeply.

    It counts brackets outside of texts, in small pieces: a parser that keeps the path of every level needs
    memory with the square of the depth.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._depth = 0
        self._rest = b""
        """What the next piece has to be read with: a backslash whose character is still to come."""
        self._inside = False
        """True in the middle of a text."""
        self.suspicious = False
        """True once a piece could have held a value that is too deep."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        piece = self._stream.read1(min(len(buffer), _PIECE))
        self._count(piece)
        buffer[: len(piece)] = piece
        return len(piece)

    def _count(self, piece: bytes) -> None:
        piece = (self._rest + piece).replace(b"\\\\", b"")
        self._rest = b"\\" if piece.endswith(b"\\") else b""
        marks = piece.replace(b'\\"', b"").translate(None, _OTHERS)
        if self._inside:
            marks = b'"' + marks
        self._inside = marks.count(b'"') % 2 == 1
        bare = _TEXT.sub(b"", marks)
        opened = bare.count(b"{") + bare.count(b"[")
        self.suspicious |= self._depth + opened > DEEPEST
        self._depth += 2 * opened - len(bare)
        if self._depth > DEEPEST:
            raise TooDeep


def is_too_deep(value: object) -> bool:
    """True for a value with more levels than any row of data."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True
