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

_ROWS = 1_000


class RawCounts:
    """Hands rows to the raw checks, some at a time."""

    def __init__(self) -> None:
        self._waiting: list[Row] = []
        self._tallies = {each.name: Tally() for each in RAW_CHECKS}

    def see(self, row: Row) -> None:
        """Take in one row."""
        self._waiting.append(row)
        if len(self._waiting) >= _ROWS:
            self._look()

    def results(self) -> tuple[CheckResult, ...]:
        """What the checks found in all rows."""
        self._look()
        found = [each.result(self._tallies[each.name]) for each in RAW_CHECKS]
        return tuple(each for each in found if each is not None)

    def _look(self) -> None:
        for check in RAW_CHECKS if self._waiting else ():
            self._tallies[check.name].add(check.look_raw(self._waiting))
        self._waiting.clear()
