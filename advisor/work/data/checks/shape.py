"""Rows that lack a part, or whose turns are out of order: what conversion found."""

from collections.abc import Iterator

from advisor.work.data.checks.batch import SHOWN, Tally
from advisor.work.data.scan.digest import EMPTY, ROLES
from heuristics.facts.data import CheckResult

FAULTS = (
    ("turns_unknown_role", "unknown role"),
    ("turns_without_role", "a turn without a role"),
    ("turns_no_assistant", "no assistant turn"),
    ("turns_no_user", "no user turn"),
    ("turns_assistant_first", "the assistant speaks first"),
    ("turns_two_users", "two user turns"),
    ("turns_two_assistants", "two assistant turns"),
    ("turns_end_open", "ends on"),
    ("turns_late_system", "a system turn that is not the first"),
    ("turns_reply_without_call", "a tool reply without"),
    ("turns_reply_to_unknown_call", "a tool reply to"),
)
"""Result of each kind of fault, and how the reason begins that conversion gives for it."""


def converted_results(tallies: dict[str, Tally]) -> Iterator[CheckResult]:
    """Rows whose prompt or answer is blank, which are not trained on; and conversations with unknown roles or
    an unusual order of turns, which some templates refuse, together and by kind of fault."""
    yield tallies.get(EMPTY, Tally()).result(EMPTY)
    roles = tallies.get(ROLES, Tally())
    reasons = "; ".join(f"{reason}: {count:,}" for reason, count in roles.kinds.most_common(4))
    yield roles.result(ROLES, reasons)
    yield from fault_results(roles)


def fault_results(tally: Tally) -> tuple[CheckResult, ...]:
    """The results of each kind of fault, from rows by reason and the lines of each reason."""
    found = []
    for kind, begins in FAULTS:
        reasons = [each for each in tally.kinds if each.startswith(begins)]
        if reasons:
            lines = sorted({line for each in reasons for line in tally.places.get(each, ())})[:SHOWN]
            count = sum(tally.kinds[each] for each in reasons)
            found.append(CheckResult(kind, count, tally.total, tuple(lines), tuple(reasons[:1])))
    return tuple(found)
