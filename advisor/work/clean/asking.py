"""Which rows a check finds, row by row."""

from collections.abc import Callable, Sequence

from advisor.work.data.checks.phrases import placeholders, refusals
from advisor.work.data.checks.seen import SHOWN, Seen
from advisor.work.data.examples import Example
from advisor.work.data.load import Loaded
from heuristics.facts.data import CheckResult, FormatFacts

ASKED: dict[str, Callable[[Seen], CheckResult]] = {"refusals": refusals, "placeholders": placeholders}
"""Name of a fix -> the check whose rows it leaves out; the check needs one row at a time."""
TOGETHER = SHOWN
"""Rows that are asked about together: a check names the lines of so many."""


def found(fix: str, examples: Sequence[Example], format_: FormatFacts) -> frozenset[int]:
    """Lines of those of at most `TOGETHER` rows that the check of a fix finds."""
    rows = Loaded(tuple(examples), format_, len(examples), 0, (), 0, "")
    return frozenset(ASKED[fix](Seen(rows)).rows)
