"""What one part of a file gave, and the account of all parts in their order."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.rows.found_lines import add_lines, clear_lines
from advisor.work.data.checks.batch import Tally
from advisor.work.data.columns import ColumnTally
from advisor.work.data.limits import data_limits
from advisor.work.data.scan.state import RowStore
from heuristics.facts.data import RowProblem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(slots=True)
class Part:
    """Counts, tallies and row states of one part of a file."""

    rows: int = 0
    """Rows that parsed."""
    malformed: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    """The first few hundred of the rows that did not."""
    unfit: int = 0
    """Rows that parsed but do not have the shape of the format."""
    unfit_rows: list[RowProblem] = field(default_factory=list)
    table: ColumnTally = field(default_factory=ColumnTally)
    """What stands in each column of the file."""
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By name of the check."""
    columns: list[Mapping[str, "NDArray[np.generic]"]] = field(default_factory=list)
    words: list["NDArray[np.uint32]"] = field(default_factory=list)
    usable: int = 0
    multi_turn: int = 0
    short_answers: int = 0
    characters: int = 0
    answers: Counter[str] | None = field(default_factory=Counter)
    """Rows by answer, None when the answers are no labels."""
    cut_short: bool = False
    """True when the file breaks off here."""
    position: int = 0
    """Bytes of the file read up to the end of this part."""


class Account:
    """The sum of all parts so far."""

    def __init__(self, store: RowStore, run: Path | None = None) -> None:
        self.store = store
        self.total = Part()
        self._run = run
        if run is not None:
            clear_lines(run)

    def add(self, part: Part) -> None:
        """Take in the next part; the states of its rows go to the store, the lines found to disk."""
        total, kept = self.total, data_limits().reader.problems_kept
        total.rows += part.rows
        total.malformed += part.malformed
        total.problems += part.problems[: kept - len(total.problems)]
        total.unfit += part.unfit
        total.unfit_rows += part.unfit_rows[: kept - len(total.unfit_rows)]
        total.table.add(part.table)
        total.usable += part.usable
        total.multi_turn += part.multi_turn
        total.short_answers += part.short_answers
        total.characters += part.characters
        total.cut_short |= part.cut_short
        total.position = max(total.position, part.position)
        total.answers = _summed(total.answers, part.answers)
        for columns, words in zip(part.columns, part.words, strict=True):
            self.store.append(columns, words)
        for name, tally in part.tallies.items():
            self.keep_lines(name, tally.lines)
            tally.lines = b""
            total.tallies.setdefault(name, Tally()).add(tally)

    def keep_lines(self, check: str, lines: bytes) -> None:
        """Add the lines that a check found to its file in the run's folder, when there is one."""
        if self._run is not None and lines:
            add_lines(self._run, check, lines)


def _summed(counts: Counter[str] | None, more: Counter[str] | None) -> Counter[str] | None:
    if counts is None or more is None:
        return None
    counts.update(more)
    return counts if len(counts) <= data_limits().labels.most_classes else None
