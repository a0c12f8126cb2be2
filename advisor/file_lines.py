"""Where the rows of a data set stand that is one file or several, numbered on from one to the next."""

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from advisor.column_pages import ColumnPages
from advisor.document_index import DocumentIndex
from advisor.line_index import LineIndex
from heuristics.facts.data import DataFacts, FilePart

Index = LineIndex | DocumentIndex | ColumnPages


def files_in(data: DataFacts) -> tuple[FilePart, ...]:
    """The files of a data set: those that it lists, or the one that it is."""
    shape = data.format
    one = FilePart(data.name, data.path, 0, shape.container, shape.delimiter, shape.rows_at)
    return data.files or (one,)


def _index_of(part: FilePart) -> Index:
    match part.container:
        case "json":
            return DocumentIndex(Path(part.path), part.rows_at)
        case "parquet" | "arrow":
            return ColumnPages(Path(part.path))
        case _:
            return LineIndex(Path(part.path))


class FileLines:
    """Finds rows by their line, or their number, in the whole data set."""

    def __init__(self, data: DataFacts) -> None:
        files = files_in(data)
        self._befores = [each.before for each in files]
        self._indexes = [_index_of(each) for each in files]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files in their order."""
        return tuple(each.path for each in self._indexes)

    @property
    def lines(self) -> int:
        """Lines of all files that are counted so far."""
        return sum(each.lines for each in self._indexes)

    @property
    def complete(self) -> bool:
        """True when the lines of all files are counted."""
        return all(each.complete for each in self._indexes)

    def count(self) -> Iterator[int]:
        """Count all lines, giving the bytes of a file read so far now and then; raises OSError."""
        for each in self._indexes:
            if not each.complete:
                yield from each.count()

    def place(self, line: int) -> tuple[Index, int]:
        """The index of the file in which a 1-based line is, and its number there."""
        number = max(0, bisect_left(self._befores, line) - 1)
        return self._indexes[number], line - self._befores[number]

    def close(self) -> None:
        """Let go of what serves rows."""
        for each in self._indexes:
            if isinstance(each, ColumnPages):
                each.close()
