"""Rows that lack a part, or whose turns are out of order: what conversion found."""

from collections.abc import Iterator

from advisor.work.data.checks.batch import Tally
from advisor.work.data.scan.digest import EMPTY, ROLES
from heuristics.facts.data import CheckResult


def converted_results(tallies: dict[str, Tally]) -> Iterator[CheckResult]:
    """Rows whose prompt or answer is blank, which are not trained on; and conversations with unknown roles or
    an unusual order of turns, which some templates refuse."""
    yield tallies[EMPTY].result(EMPTY)
    roles = tallies[ROLES]
    reasons = "; ".join(f"{reason}: {count:,}" for reason, count in roles.kinds.most_common(4))
    yield roles.result(ROLES, reasons)
