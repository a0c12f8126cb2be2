"""Rows that lack a part, or whose turns are out of order."""

from advisor.work.data.checks.batch import SHOWN, Tally
from advisor.work.data.checks.seen import Seen
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


def empty_answers(seen: Seen) -> CheckResult:
    """Rows whose prompt or answer is blank; they are not trained on."""
    lines = seen.loaded.empty
    return CheckResult("empty_answers", len(lines), seen.loaded.rows, rows=lines[:SHOWN])


def role_errors(seen: Seen) -> CheckResult:
    """Conversations with unknown roles or an unusual order of turns; some templates refuse them."""
    tally = _turn_faults(seen)
    reasons = "; ".join(f"{reason}: {count:,}" for reason, count in tally.kinds.most_common(4))
    return tally.result("role_errors", reasons)


def turn_faults(seen: Seen) -> tuple[CheckResult, ...]:
    """One result for each kind of fault that there is."""
    return fault_results(_turn_faults(seen))


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


def _turn_faults(seen: Seen) -> Tally:
    tally = Tally(total=seen.loaded.rows)
    first: dict[int, str] = {}
    for each in seen.loaded.role_errors:
        tally.kinds[each.reason] += 1
        tally.places.setdefault(each.reason, []).append(each.line)
        first.setdefault(each.line, each.reason)
    lines = sorted(first)
    tally.count, tally.rows = len(first), lines[:SHOWN]
    tally.examples = [first[line] for line in lines[:SHOWN]]
    return tally
