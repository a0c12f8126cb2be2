"""The rows of a data set that is one file or several, numbered on from one to the next."""

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from advisor.rows.column_pages import ColumnPages
from advisor.rows.document_index import DocumentIndex
from advisor.rows.line_rows import Found, LineRows
from advisor.rows.stored_bytes import stored_bytes
from heuristics.facts.data import DataFacts, FilePart


class PartRows(Protocol):
    """The rows of one file."""

    @property
    def lines(self) -> int:
        """Lines, or rows, that are found so far."""
        ...

    @property
    def complete(self) -> bool:
        """True when all are found that can be."""
        ...

    @property
    def missing(self) -> str:
        """Why rows end before the file does, "" when they do not."""
        ...

    def count(self) -> Iterator[int]:
        """Find all rows, giving the bytes read so far now and then; raises OSError."""
        ...

    def read(self, number: int) -> Found:
        """One row by its 1-based line or number; raises OSError."""
        ...

    def close(self) -> None: ...


def files_in(data: DataFacts) -> tuple[FilePart, ...]:
    """The files of a data set: those that it lists, or the one that it is."""
    shape = data.format
    one = FilePart(
        data.name, data.path, 0, shape.container, shape.delimiter, shape.rows_at, quoted=shape.quoted
    )
    return data.files or (one,)


def _rows_of(part: FilePart) -> PartRows:
    match part.container:
        case "json":
            return DocumentIndex(stored_bytes(Path(part.path)), part.rows_at)
        case "parquet" | "arrow":
            return ColumnPages(Path(part.path))
        case _:
            return LineRows(part, stored_bytes(Path(part.path)))


class FileRows:
    """Finds rows by their line, or their number, in the whole data set."""

    def __init__(self, data: DataFacts) -> None:
        files = files_in(data)
        self._befores = [each.before for each in files]
        self._parts = [_rows_of(each) for each in files]

    @property
    def lines(self) -> int:
        """Lines of all files that are counted so far."""
        return sum(each.lines for each in self._parts)

    @property
    def complete(self) -> bool:
        """True when the lines of all files are counted."""
        return all(each.complete for each in self._parts)

    def count(self) -> Iterator[int]:
        """Count all lines, giving the bytes of a file read so far now and then; raises OSError."""
        for each in self._parts:
            if not each.complete:
                yield from each.count()

    def place(self, line: int) -> tuple[PartRows, int]:
        """The rows of the file in which a 1-based line is, and its number there."""
        number = max(0, bisect_left(self._befores, line) - 1)
        return self._parts[number], line - self._befores[number]

    def close(self) -> None:
        """Let go of what serves rows."""
        for each in self._parts:
            each.close()
