"""Where the lines of a data set stand that is one file or several, numbered on from one to the next."""

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from advisor.line_index import LineIndex
from heuristics.facts.data import DataFacts


class FileLines:
    """Finds lines by their number in the whole data set."""

    def __init__(self, data: DataFacts) -> None:
        files = [(each.path, each.before) for each in data.files] or [(data.path, 0)]
        self._befores = [before for _, before in files]
        self._indexes = [LineIndex(Path(path)) for path, _ in files]

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

    def place(self, line: int) -> tuple[Path, int] | None:
        """The file of a 1-based line and the byte where it begins; None when not counted yet or not there."""
        number = max(0, bisect_left(self._befores, line) - 1)
        index = self._indexes[number]
        offset = index.offset(line - self._befores[number])
        return None if offset is None else (index.path, offset)
