"""What checks that compare rows with each other look at, and how they say which rows they mean."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from advisor.work.data.checks.batch import SHOWN, Tally
from advisor.work.data.scan.account import Part
from advisor.work.data.scan.alike import alike, first_of_each
from advisor.work.data.scan.state import RowStore
from heuristics.facts.data import CheckResult, FormatFacts
from heuristics.goal import Topic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Whole:
    """All rows of the file, and of the user's test file when there is one; rows are numbered from 0."""

    store: RowStore
    total: Part
    format: FormatFacts
    held: RowStore | None = None
    topic: Topic | None = None
    """What the rows should be about; None leaves it to most of them."""

    @cached_property
    def equal(self) -> "Rows":
        """For each row the first that has the same content."""
        return first_of_each(self.store.column("content"))

    @property
    def different(self) -> int:
        """Rows when exact duplicates are counted once."""
        import numpy as np

        return int((self.equal == np.arange(len(self.equal))).sum())

    @cached_property
    def leaders(self) -> "Rows":
        """For each row the first that is equal to it or nearly so."""
        return alike(self.store, self.equal)


def found(whole: Whole, rows: "Rows") -> Tally:
    """The tally in which `rows`, in the order in which they are shown, are concerned."""
    import numpy as np

    lines = whole.store.column("line")[rows]
    return Tally(
        count=len(rows),
        total=whole.store.rows,
        rows=[int(each) for each in lines[:SHOWN]],
        lines=np.sort(lines).astype("<u8").tobytes(),
    )


def _nothing(_tally: Tally) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class WholeCheck:
    """A check that compares rows with each other, or with those of the user's test file."""

    name: str
    """Stable name of its result, such as "exact_duplicates"."""
    look: Callable[[Whole], Tally | None]
    """Counts; None when the check does not apply."""
    says: Callable[[Tally], str] = _nothing
    """The detail of its result."""

    def result(self, tally: Tally) -> CheckResult:
        """What was counted as a result."""
        return tally.result(self.name, self.says(tally))
