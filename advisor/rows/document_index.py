"""Where each row of a JSON document begins, by its brackets and commas: eight bytes of memory a row."""

import json
import re
from array import array
from collections.abc import Iterator

from advisor.rows.line_rows import LONGEST, Found
from advisor.rows.stored_bytes import StoredBytes

CHUNK = 1 << 22
_NEXT = re.compile(rb'[^"\[\]{},]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{},]*+)*+([\[\]{},])', re.DOTALL)
"""Everything up to the next bracket or comma that stands in no text."""
_KEY = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")\s*:\s*\[$', re.DOTALL)
ITEM = ".item"


class DocumentIndex:
    """Finds rows of one document by their number; rows that are not found yet are not there."""

    def __init__(self, stored: StoredBytes, rows_at: str) -> None:
        """`rows_at` says where the rows are, as `FormatFacts` does: "item", "data.item", or "" for the values
        of the document themselves."""
        self._stored = stored
        self.complete = False
        self._starts = array("Q")
        self._key = rows_at.removesuffix(ITEM) if rows_at.endswith(ITEM) else None
        self._level = 0 if not rows_at else 1 if self._key is None else 2
        self._depth = 0
        self._inside = self._level == 0
        """True in the array of the rows."""
        self._empty = False
        """True while the row that was begun last holds nothing."""

    @property
    def lines(self) -> int:
        """Rows that were found so far."""
        return len(self._starts)

    @property
    def missing(self) -> str:
        return self._stored.missing

    def read(self, number: int) -> Found:
        """A 1-based row; raises OSError."""
        raw = self.raw(number, LONGEST)
        return raw, None if raw is None else _first_object(raw)

    def close(self) -> None:
        """Let go of the file."""
        self._stored.close()

    def count(self) -> Iterator[int]:
        """Find all rows, giving the bytes read so far now and then; raises OSError."""
        position, rest = 0, b""
        for chunk in self._stored.pieces(CHUNK):
            data = rest + chunk
            used = self._take(data, position - len(rest))
            position += len(chunk)
            rest = data[used:]
            yield position
        self.complete = True
        yield position

    def raw(self, number: int, longest: int) -> bytes | None:
        """The bytes from a 1-based row to the next one, None when it is not found yet or not there."""
        if not 1 <= number <= len(self._starts) - (not self.complete):
            return None
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else start + longest
        return self._stored.read(start, min(longest, end - start))

    def _take(self, data: bytes, offset: int) -> int:
        """Note the rows that begin in the data; gives how much of it is done with."""
        used, match = 0, _NEXT.match
        while (found := match(data, used)) is not None:
            start, used = used, found.end()
            sign = data[used - 1]
            if sign == 0x2C:
                if self._inside and self._depth == self._level > 0:
                    self._begin(offset + used)
            elif sign in (0x7B, 0x5B):
                self._open(data, start, used, offset)
            else:
                self._close(data[start : used - 1])
        return used

    def _open(self, data: bytes, start: int, end: int, offset: int) -> None:
        if self._inside and self._depth == self._level:
            self._empty = False
            if self._level == 0:
                self._starts.append(offset + end - 1)
        elif not self._inside and self._depth == self._level - 1 and data[end - 1] == 0x5B:
            self._inside = self._key is None or self._is_key(data[start:end])
            if self._inside:
                self._begin(offset + end)
        self._depth += 1

    def _close(self, before: bytes) -> None:
        self._depth -= 1
        if self._inside and self._depth == self._level - 1:
            if self._empty and not before.strip():
                self._starts.pop()
            self._inside = False

    def _begin(self, offset: int) -> None:
        self._starts.append(offset)
        self._empty = True

    def _is_key(self, text: bytes) -> bool:
        found = _KEY.search(text)
        if found is None:
            return False
        try:
            # The reader sees wrong bytes as U+FFFD, and so does who looks for its key.
            return bool(json.loads(found[1].decode("utf-8", "replace")) == self._key)
        except ValueError:
            return False


def _first_object(raw: bytes) -> dict[str, object] | None:
    """The object with which the bytes begin, None when they begin with none."""
    try:
        value, _ = json.JSONDecoder().raw_decode(raw.decode("utf-8", "replace").lstrip("\ufeff \t\r\n"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
