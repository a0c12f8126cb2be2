"""CSV and its relatives: the delimiter found by content, all values text, every fault on its own row."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from advisor.rows.column_names import unique_names
from advisor.text import one_line
from advisor.work.data.limits import data_limits
from advisor.work.data.row import Row
from advisor.work.data.source import Stream
from heuristics.facts.data import RowProblem

DELIMITERS = (",", "\t", ";", "|")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_NAME_LENGTH = 48
_SUFFIXES = (".csv", ".tsv", ".tab")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written."""

    delimiter: str
    quoted: bool
    """False when quotation marks are ordinary characters."""
    header: tuple[str, ...]
    """Column names, made unique."""


def dialect_of(head: bytes, suffix: str) -> Dialect | None:
    """The dialect under which most rows have as many fields as the header; None when there is no table."""
    text = head.decode("utf-8", "replace")
    if len(head) >= 1 << 16:
        text = text[: text.rfind("\n") + 1]
    named = suffix in _SUFFIXES
    best: tuple[float, int, Dialect] | None = None
    for delimiter in DELIMITERS:
        found = _fit(text, delimiter, delimiter != "\t" or _closes_quotes(text))
        if found and (best is None or (found[0], found[1]) > (best[0], best[1])):
            best = found
    if best is not None and best[0] >= (0.5 if named else 0.85):
        return best[2]
    return _one_column(text) if named else None


def delimited_rows(stream: Stream, dialect: Dialect) -> Iterator[Row | RowProblem]:
    """Rows as column -> text, and problems; the header is not a row."""
    csv.field_size_limit(data_limits().reader.longest_line_bytes)
    lines = _Lines(stream)
    header = dialect.header
    first = True
    while not lines.ended:
        reader = _reader(lines, dialect)
        try:
            for fields in reader:
                start = lines.record_start
                lines.next_record()
                if first:
                    first = False
                elif any(fields):
                    yield _row(fields, header, start)
            if not lines.cut_record:
                return
        except csv.Error as error:
            first = False
            yield RowProblem(lines.record_start, _reason(str(error)), one_line(lines.first_line, 120))
            lines.give_back_all_but_first()


def _row(fields: list[str], header: tuple[str, ...], start: int) -> Row | RowProblem:
    joined = "".join(fields)
    if not joined.isascii() and (found := _ESCAPED_BYTE.search(joined)):
        byte = ord(found.group()) - 0xDC00
        guess = bytes([byte]).decode("cp1252", "replace")
        return RowProblem(start, f"not UTF-8: byte 0x{byte:02X} (as Windows-1252: “{one_line(guess)}”)")
    if len(fields) != len(header):
        return RowProblem(
            start, f"{len(fields)} fields where the header has {len(header)}", one_line(joined, 120)
        )
    return Row(start, dict(zip(header, fields, strict=True)))


def _reason(error: str) -> str:
    if "unexpected end" in error:
        return "a quotation mark is never closed"
    if "expected after" in error:
        return "a quotation mark stands inside a field without being doubled"
    return f"not valid CSV: {one_line(error, 80)}"


class _Lines:
    """Lines for the CSV reader that can be given back when a record turns out to swallow the file."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._most = data_limits().reader.record_lines
        self._longest = data_limits().reader.longest_line_bytes
        self.record_start = 1
        self.ended = False
        self.cut_record = False

    @property
    def first_line(self) -> str:
        return self._record[0] if self._record else ""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.cut_record = len(self._record) >= self._most
        if self.cut_record:
            raise StopIteration
        line = self._again.popleft() if self._again else self._next_line()
        if not line:
            self.ended = True
            raise StopIteration
        self._record.append(line)
        return line

    def _next_line(self) -> str:
        return self._stream.readline(self._longest + 1).decode("utf-8", "surrogateescape")

    def next_record(self) -> None:
        """The lines so far made a record."""
        self.record_start += len(self._record)
        self._record.clear()

    def give_back_all_but_first(self) -> None:
        """Read the lines after the first of this record once more, as records of their own."""
        self._again.extendleft(reversed(self._record[1:]))
        self.record_start += 1
        self._record.clear()
        self.ended = False


def _reader(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    if dialect.quoted:
        return csv.reader(lines, delimiter=dialect.delimiter, strict=True)
    return csv.reader(lines, delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE)


def _fit(text: str, delimiter: str, quoted: bool) -> tuple[float, int, Dialect] | None:
    """Share of rows that fit the header, columns, dialect; None when the first row cannot be a header."""
    lines = text.splitlines(keepends=True)
    if not lines or delimiter not in lines[0]:
        return None
    probe = Dialect(delimiter, quoted, ())
    table = list(delimited_fields(lines, probe))
    if not table or table[0] is None:
        return None
    header = table[0]
    if len(header) < 2 or not _names(header):
        return None
    fitting = sum(fields is not None and len(fields) == len(header) for fields in table)
    share = fitting / len(table)
    return round(share, 2), len(header), Dialect(delimiter, quoted, unique_names(header))


def _closes_quotes(text: str) -> bool:
    """True when fields between tabs that open with a quotation mark also close with one.

    Many tab-separated files do not quote at all, and a lone mark there is text.
    """
    opened = [each for each in re.split("[\t\r\n]", text) if each.startswith('"')]
    return bool(opened) and all(len(each) > 1 and each.endswith('"') for each in opened)


def delimited_fields(lines: list[str], dialect: Dialect) -> Iterator[list[str] | None]:
    """Fields of each record of a sample, None for a broken one."""
    feed = _Lines(io.BytesIO("".join(lines).encode()))
    while not feed.ended:
        try:
            for fields in _reader(feed, dialect):
                feed.next_record()
                if fields:
                    yield fields
            return
        except csv.Error:
            yield None
            feed.give_back_all_but_first()


def _names(header: list[str]) -> bool:
    return all(
        0 < len(each.strip()) <= _NAME_LENGTH and not each.strip().endswith((".", "?", "!"))
        for each in header
    )


def _one_column(text: str) -> Dialect | None:
    header = text.splitlines()[0].strip().strip('"') if text.strip() else ""
    return Dialect(",", True, (header,)) if header and _names([header]) else None
