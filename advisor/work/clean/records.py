"""Rows together with the very bytes they were read from, so that untouched rows stay byte-identical."""

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from advisor.work.data.limits import data_limits
from advisor.work.data.rows import OpenedRows, Row, RowFile, open_rows
from advisor.work.data.source import open_source
from heuristics.facts.data import RowProblem

BY_LINE = ("jsonl", "csv")
"""Containers whose rows are whole lines; rows of others become JSON Lines."""
_DAMAGED = (EOFError, OSError)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the source, readable or not."""

    line: int
    content: Row | RowProblem
    raw: bytes | None
    """Its lines as they stand; None where rows are not lines, or where the line is too long to be held."""
    joined: int = 0
    """Its number, from 1, among the rows that stood together on one line; 0 for a line of its own."""


class Records(AbstractContextManager["Records"]):
    """The records of one file, read as a stream."""

    def __init__(self, path: Path) -> None:
        self.opened: RowFile = open_rows(path)
        by_line = isinstance(self.opened, OpenedRows) and self.opened.container in BY_LINE
        self._lines = _RawLines(path) if by_line else None
        self.head = b""
        """The lines before the first row, such as the header of a CSV file; known once a record was read."""

    def __iter__(self) -> Iterator[Record]:
        waiting: Row | RowProblem | None = None
        for each in self.opened.rows:
            if waiting is None:
                self.head = self._raw_until(each.line) or b""
            else:
                yield Record(waiting.line, waiting, self._raw_until(each.line))
            waiting = each
        if waiting is not None:
            yield Record(waiting.line, waiting, self._raw_until(None))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.opened.__exit__()
        if self._lines is not None:
            self._lines.close()

    def _raw_until(self, line: int | None) -> bytes | None:
        return None if self._lines is None else self._lines.until(line)


class _RawLines:
    """The lines of a file by their number, read once from beginning to end."""

    def __init__(self, path: Path) -> None:
        self._source = open_source(path)
        self._next = 1
        self._longest = data_limits().reader.longest_line_bytes

    def until(self, line: int | None) -> bytes | None:
        """The bytes before `line` that were not given yet; None when one line is longer than can be held."""
        taken = io.BytesIO()
        held = True
        while line is None or self._next < line:
            text = self._readline()
            if text == b"":
                break
            self._next += 1
            if text is None:
                held = False
            else:
                taken.write(text)
        return taken.getvalue() if held else None

    def close(self) -> None:
        self._source.raw.close()

    def _readline(self) -> bytes | None:
        """The next line, b"" at the end, None for a line that is too long."""
        try:
            line = self._source.stream.readline(self._longest + 1)
            if len(line) <= self._longest:
                return line
            while line and not line.endswith(b"\n"):
                line = self._source.stream.readline(self._longest)
        except _DAMAGED:
            return b""
        return None
