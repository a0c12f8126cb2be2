"""What checks on single rows look at and give back, so that workers can share a file between them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from advisor.text import one_line
from heuristics.facts.data import CheckResult, FormatFacts

if TYPE_CHECKING:
    import polars as pl

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Batch:
    """A few thousand usable rows of one file, in the order of the file."""

    frame: "pl.DataFrame"
    """One row per usable row. Columns: line (u64, 1-based line or row number), system (str), prompt (str, all
    turns before the answer but the system turn, joined by line breaks; empty when there is none), question
    (str, the last turn before the answer), answer (str), text (str, prompt and answer, or the raw text)."""
    format: FormatFacts


@dataclass(slots=True)
class Tally:
    """What one check counted in one part; parts are added up in the order of the file."""

    count: int = 0
    total: int = 0
    rows: list[int] = field(default_factory=list)
    """Lines of the first `SHOWN` rows concerned."""
    examples: list[str] = field(default_factory=list)
    """What the check shows of those rows; left empty, the scan shows their masked excerpts."""
    lines: bytes = b""
    """Lines of all rows concerned, packed as `advisor.row_lines` keeps them."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Further counts by name, such as rows per kind of defect or per label."""
    places: dict[str, list[int]] = field(default_factory=dict)
    """Lines of the first `SHOWN` rows of a kind, for checks that judge kinds only when all is counted."""

    def add(self, later: "Tally") -> None:
        """Take in the tally of a later part."""
        self.count += later.count
        self.total += later.total
        self.rows = (self.rows + later.rows)[:SHOWN]
        self.examples = (self.examples + later.examples)[:SHOWN]
        self.lines += later.lines
        self.kinds.update(later.kinds)
        for kind, lines in later.places.items():
            known = self.places.setdefault(kind, [])
            known.extend(lines[: SHOWN - len(known)])

    def result(self, check: str, detail: str = "", sampled: bool = False) -> CheckResult:
        """The tally as the result of the check named `check`."""
        return CheckResult(
            check=check,
            count=self.count,
            total=self.total,
            rows=tuple(self.rows),
            examples=tuple(self.examples),
            detail=one_line(detail, 300),
            sampled=sampled,
        )


def concerned(batch: Batch, rows: "pl.DataFrame", kinds: Counter[str] | None = None) -> Tally:
    """The tally of a part in which `rows`, some of its frame, are concerned."""
    import numpy as np

    lines = rows["line"].to_numpy()
    return Tally(
        count=rows.height,
        total=batch.frame.height,
        rows=lines[:SHOWN].tolist(),
        lines=lines.astype(np.dtype("<u8")).tobytes(),
        kinds=kinds or Counter(),
    )


def at(batch: Batch, places: Sequence[int]) -> "pl.DataFrame":
    """The rows of a part at these places of its frame."""
    return batch.frame[list(places)]


class BatchCheck(Protocol):
    """A check that needs one row at a time; picklable, without state of its own."""

    name: str
    """Stable name of its result, such as "mojibake"."""

    def look(self, batch: Batch) -> Tally:
        """Count in one part; runs in a worker process."""
        ...

    def result(self, tally: Tally) -> CheckResult | None:
        """The result from the tally of all parts; None when the check does not apply."""
        ...
