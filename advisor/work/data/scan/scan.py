"""Reads every row of a file, in as many processes as help, and gives the account of it."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from advisor.specs import DataChoice
from advisor.text import one_line
from advisor.work.data.checks.batch import BatchCheck
from advisor.work.data.checks.seen import excerpt_of
from advisor.work.data.convert import convert
from advisor.work.data.limits import data_limits
from advisor.work.data.opening import Opened, has_changed, open_choice, sha256_of
from advisor.work.data.progress import Progress
from advisor.work.data.row import Row
from advisor.work.data.rows import SeveralRows, open_several, part_of
from advisor.work.data.scan.account import Account, Part
from advisor.work.data.scan.parts import ByteRange, Share, byte_ranges, can_be_divided, read_rows
from advisor.work.data.scan.pool import digested, workers_for
from advisor.work.data.scan.state import RowStore
from advisor.work.data.scan.tokens import TokenPlan
from advisor.work.emit import Emitter
from heuristics.facts.data import FilePart, FormatFacts, RowProblem


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a pass over a file gave."""

    account: Account
    format: FormatFacts
    bytes: int
    sha256: str
    """Of the file as it lies on disk; empty when it was not read to its end."""
    partial: bool
    """True when the file could not be read to its end or changed while it was read."""

    @property
    def total(self) -> Part:
        return self.account.total


class Scan:
    """One pass, whose account can be asked for at any time."""

    def __init__(self, choice: DataChoice, store: RowStore, run: Path | None = None) -> None:
        self._choice = choice
        self._opened: Opened = open_choice(choice)
        self._account = Account(store, run)
        self._digest = hashlib.sha256()
        self._ranges: list[ByteRange] = []
        self._done = False

    @property
    def opened(self) -> Opened:
        """The file and a sample of its rows, before anything else is read."""
        return self._opened

    @property
    def parts(self) -> tuple[FilePart, ...]:
        """The files that were read so far; none where the path of the choice says it all."""
        opened, (first, *_) = self._opened.opened, self._opened.paths
        if isinstance(opened, SeveralRows):
            return tuple(opened.parts)
        return () if first == self._choice.path else (part_of(first, opened, 0),)

    def read(
        self, checks: Sequence[BatchCheck], plan: TokenPlan | None = None, emitter: Emitter | None = None
    ) -> Scanned:
        """Every row, to the end of the file."""
        size = self._opened.size
        progress = Progress(emitter, f"reading {one_line(self._choice.path.name, 40)}", size, "bytes")
        with self._opened.opened:
            progress.at(0)
            every = max(1, self._opened.rows_about // data_limits().languages.rows)
            format_, workers = self._opened.format, workers_for(size)
            for part in digested(self._shares(), workers, format_, checks, plan, every):
                self._account.add(part)
                progress.at(min(size, part.position))
            progress.at(size)
        self._done = True
        return self.so_far()

    def so_far(self) -> Scanned:
        """What has been read until now."""
        changed = has_changed(self._opened)
        cut = self._account.total.cut_short or self._opened.opened.cut_short
        return Scanned(
            account=self._account,
            format=self._opened.format,
            bytes=self._opened.size,
            sha256=self._sha256() if self._done and not changed else "",
            partial=cut or changed or not self._done,
        )

    def excerpts(self, lines: Sequence[int]) -> dict[int, str]:
        """Masked excerpts of the usable rows at these lines, ascending, read once more from the file."""
        wanted = frozenset(lines)
        found: dict[int, str] = {}
        with suppress(FileNotFoundError):
            for row in self._rows_near(lines, wanted):
                if row.line in wanted and isinstance(row, Row):
                    example = convert(row.value, row.line, self._opened.format).example
                    if example is not None:
                        found[row.line] = excerpt_of(example)
        return found

    def _rows_near(self, lines: Sequence[int], wanted: frozenset[int]) -> Iterator[Row | RowProblem]:
        """Rows of the parts of the file in which these lines are; they are among them."""
        if not lines:
            return
        if self._ranges:
            begins = [each.first_line for each in self._ranges]
            for place in sorted({max(0, bisect_right(begins, line) - 1) for line in lines}):
                yield from self._ranges[place].rows(wanted)
            return
        again = open_several(self._opened.paths)
        with again:
            yield from takewhile(lambda row: row.line <= lines[-1], again.rows)

    def _shares(self) -> Iterator[Share]:
        if not can_be_divided(self._opened.opened):
            yield from read_rows(self._opened.opened, self._opened.rows)
            return
        for each in byte_ranges(self._opened.paths[0], self._opened.size, self._digest):
            self._ranges.append(each)
            yield each

    def _sha256(self) -> str:
        if can_be_divided(self._opened.opened):
            return self._digest.hexdigest()
        return sha256_of(self._opened.paths)
