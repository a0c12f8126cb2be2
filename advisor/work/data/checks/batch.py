"""What checks on single rows look at and give back, so that workers can share a file between them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from advisor.text import one_line
from advisor.work.data.checks.glance import Glance
from heuristics.facts.data import CheckResult, FormatFacts

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

SHOWN = 20
KEPT = 20_000
"""Most rows of a sample; the same whatever the order of the rows."""


@dataclass(frozen=True)
class Batch:
    """A few thousand usable rows of one file, in the order of the file."""

    frame: "pl.DataFrame"
    """One row per usable row. Columns: line (u64, 1-based line or row number), system (str), prompt (str, all
    turns before the answer but the system turn, joined by line breaks; empty when there is none), question
    (str, the last turn before the answer), answer (str), text (str, prompt and answer, or the raw text),
    whole (str, the system turn and the text)."""
    format: FormatFacts
    glance: Glance
    every: int = 1
    """Of how many rows one is looked at by checks that are slow."""

    @cached_property
    def wide(self) -> "pl.DataFrame":
        """The rows that hold more than ASCII."""
        return self.rows(self.glance.foreign)

    def rows(self, chosen: "NDArray[np.bool_]") -> "pl.DataFrame":
        """The rows for which `chosen` is true."""
        import polars as pl

        return self.frame.filter(pl.Series(chosen, dtype=pl.Boolean))


@dataclass(frozen=True, slots=True, order=True)
class Kept:
    """A row of a sample."""

    rank: int
    """Hash of its text: rows of low ranks are a sample that does not depend on their order."""
    line: int
    text: str
    answer: str


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
    """Lines of all rows concerned, packed as `advisor.rows.found_lines` keeps them."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Further counts by name, such as rows per kind of defect or per label."""
    places: dict[str, list[int]] = field(default_factory=dict)
    """Lines of the first `SHOWN` rows of a kind, for checks that judge kinds only when all is counted."""
    kept: list[Kept] = field(default_factory=list)
    """Rows set aside for checks that look at a sample: those of the lowest ranks."""

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
        self.kept += later.kept
        if len(self.kept) > 2 * KEPT:
            self.kept = sample(self.kept)

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


def sample(rows: Sequence[Kept]) -> list[Kept]:
    """At most `KEPT` of the rows, in a fixed order."""
    return sorted(rows)[:KEPT]


def kinds_said(tally: Tally, most: int = 5) -> str:
    """The most frequent kinds of a tally with their counts, as a detail of its result."""
    return ", ".join(f"{kind} in {count:,}" for kind, count in tally.kinds.most_common(most))


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
