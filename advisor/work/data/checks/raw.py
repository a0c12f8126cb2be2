"""Checks on rows as they stand in the file, before they are converted."""

from collections.abc import Sequence
from typing import Protocol

from advisor.work.data.checks.batch import Tally
from advisor.work.data.checks.drift import SchemaDrift
from advisor.work.data.checks.preference import PreferenceDefects
from advisor.work.data.row import Row
from heuristics.facts.data import CheckResult


class RawCheck(Protocol):
    """A check that needs the parsed values of rows; picklable, without state of its own."""

    name: str

    def look_raw(self, rows: Sequence[Row]) -> Tally:
        """Count in one part; runs in a worker process."""
        ...

    def result(self, tally: Tally) -> CheckResult | None:
        """The result from the tally of all parts; None when the check does not apply."""
        ...


RAW_CHECKS: tuple[RawCheck, ...] = (SchemaDrift(), PreferenceDefects())
