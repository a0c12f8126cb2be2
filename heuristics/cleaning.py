"""Which fixes the findings about a data set call for."""

from collections.abc import Sequence
from dataclasses import dataclass

from heuristics.facts.cleaning import Cleaning, CleaningFacts, Fix
from heuristics.facts.data import DataFacts


@dataclass(frozen=True, slots=True)
class Proposal:
    """One fix as offered to the user."""

    fix: Fix
    rows: int | None
    """Rows concerned, as a preview or the checks counted them; None when nobody counted."""
    ticked: bool


def propose(
    data: DataFacts, cleaning: Cleaning, fixes: Sequence[Fix], seen: CleaningFacts | None = None
) -> tuple[Proposal, ...]:
    """Every fix in the order in which they are applied, with its rows and its tick.

    `seen` is a preview or an earlier run on the same file: what it counted is better than the checks.
    """
    chosen = chosen_fixes(cleaning, fixes)
    current = seen if seen is not None and seen.sha256 == data.sha256 else None
    return tuple(Proposal(each, _rows(data, each, current), each.name in chosen) for each in fixes)


def chosen_fixes(cleaning: Cleaning, fixes: Sequence[Fix]) -> tuple[str, ...]:
    """Names of the fixes that will be done, in the order in which they are applied."""
    if cleaning.fixes is None:
        return tuple(each.name for each in fixes if each.ticked)
    return tuple(each.name for each in fixes if each.name in cleaning.fixes)


def toggled(cleaning: Cleaning, fix: str, fixes: Sequence[Fix]) -> tuple[str, ...]:
    """Names of the chosen fixes after the tick of one was turned."""
    chosen = chosen_fixes(cleaning, fixes)
    turned = {*chosen} ^ {fix}
    return tuple(each.name for each in fixes if each.name in turned)


def _rows(data: DataFacts, fix: Fix, seen: CleaningFacts | None) -> int | None:
    outcome = seen.outcome(fix.name) if seen is not None else None
    if outcome is not None:
        return outcome.rows
    counts = [_counted(data, check) for check in fix.checks]
    known = [count for count in counts if count is not None]
    return max(known) if known else None


def _counted(data: DataFacts, check: str) -> int | None:
    if check == "malformed":
        return data.malformed
    result = data.check(check)
    return None if result is None else result.count
