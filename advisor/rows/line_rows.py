"""Rows of one file that stand at its lines: JSON Lines, delimited records, paragraphs of text."""

import csv
import json
import re
from collections.abc import Iterator

from advisor.rows.column_names import unique_names
from advisor.rows.line_index import LineIndex
from advisor.rows.stored_bytes import StoredBytes
from heuristics.facts.data import PARAGRAPHS, FilePart

LONGEST = 1 << 20
"""Bytes of one row that are ever read for showing."""
_FIRST = 1 << 14
"""Bytes that are read at first: most rows are shorter."""
_LINES = 200
"""Lines of one delimited record."""
_MARK = b"\xef\xbb\xbf"
_BLANK = re.compile(rb"\n[ \t\r\f\v]*\n")

Found = tuple[bytes | None, dict[str, object] | None]
"""A row as it stands and what it says, each None where it is not known."""


class LineRows:
    """Finds rows by the line on which they begin."""

    def __init__(self, part: FilePart, stored: StoredBytes) -> None:
        self._part = part
        self._stored = stored
        self._index = LineIndex(stored)
        self._header: tuple[str, ...] | None = None

    @property
    def lines(self) -> int:
        """Lines counted so far."""
        return self._index.lines

    @property
    def complete(self) -> bool:
        return self._index.complete

    @property
    def missing(self) -> str:
        return self._stored.missing

    def count(self) -> Iterator[int]:
        """Count all lines; raises OSError."""
        return self._index.count()

    def read(self, line: int) -> Found:
        """The row that begins at a 1-based line; raises OSError."""
        offset = self._index.offset(line)
        if offset is None:
            return None, None
        cut = {"csv": self._record, "text": self._paragraph}.get(self._part.container, self._object)
        for size in (_FIRST, LONGEST):
            raw = self._stored.read(offset, size)
            whole = len(raw) < size and self.complete
            raw = raw.removeprefix(_MARK) if offset == 0 else raw
            found = cut(raw, whole) if raw or whole else None
            if found is not None:
                return found
        return (raw, None) if len(raw) >= LONGEST - len(_MARK) else (None, None)

    def close(self) -> None:
        """Let go of the file."""
        self._stored.close()

    def _object(self, raw: bytes, whole: bool) -> Found | None:
        line = _ended(raw, whole)
        if line is None:
            return None
        try:
            value = json.loads(line, parse_constant=_refused)
        except (ValueError, RecursionError):
            return line, None
        return line, value if isinstance(value, dict) else None

    def _paragraph(self, raw: bytes, whole: bool) -> Found | None:
        paragraph = _ended(raw, whole) if self._part.rows_at != PARAGRAPHS else _to_blank_line(raw, whole)
        if paragraph is None:
            return None
        try:
            return paragraph, {"text": paragraph.decode("utf-8").strip()}
        except UnicodeDecodeError:
            return paragraph, None

    def _record(self, raw: bytes, whole: bool) -> Found | None:
        lines = raw.split(b"\n", _LINES)
        if not whole:
            del lines[-1]
        fields, reach = self._fields(lines)
        if reach >= len(lines) and not whole and len(lines) < _LINES:
            return None
        if self._header is None:
            head = self._stored.read(0, LONGEST).removeprefix(_MARK)
            self._header = unique_names(self._fields(head.split(b"\n", _LINES))[0] or ())
        record = b"\n".join(lines[:reach])
        if fields is None or len(fields) != len(self._header):
            return record, None
        return record, dict(zip(self._header, fields, strict=True))

    def _fields(self, lines: list[bytes]) -> tuple[list[str] | None, int]:
        """The fields of the first record, None for a broken one, and over how many lines it reaches."""
        csv.field_size_limit(LONGEST)
        reader = csv.reader(
            (each.decode("utf-8", "surrogateescape") + "\n" for each in lines),
            delimiter=self._part.delimiter or ",",
            quoting=csv.QUOTE_MINIMAL if self._part.quoted else csv.QUOTE_NONE,
            strict=self._part.quoted,
        )
        try:
            fields = next(reader, None)
            "".join(fields or ()).encode()
        except (csv.Error, UnicodeEncodeError):
            return None, reader.line_num
        return fields, reader.line_num


def _ended(raw: bytes, whole: bool) -> bytes | None:
    """The first line, None when its end is not among the bytes."""
    line, feed, _ = raw.partition(b"\n")
    return line if feed or whole else None


def _to_blank_line(raw: bytes, whole: bool) -> bytes | None:
    """The lines before the first blank one, None when that is not among the bytes."""
    end = _BLANK.search(raw)
    return raw[: end.start()] if end is not None else raw if whole else None


def _refused(name: str) -> None:
    raise ValueError(f"{name} is not standard JSON")
