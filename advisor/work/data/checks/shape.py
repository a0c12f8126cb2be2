"""Rows that lack a part, or whose turns are out of order."""

from collections import Counter

from advisor.work.data.checks.seen import SHOWN, Seen
from heuristics.facts.data import CheckResult


def empty_answers(seen: Seen) -> CheckResult:
    """Rows whose prompt or answer is blank; they are not trained on."""
    lines = seen.loaded.empty
    return CheckResult("empty_answers", len(lines), seen.loaded.rows, rows=lines[:SHOWN])


def role_errors(seen: Seen) -> CheckResult:
    """Conversations with unknown roles or an unusual order of turns; some templates refuse them."""
    errors = seen.loaded.role_errors
    reasons = Counter(each.reason for each in errors)
    first = {each.line: each.reason for each in reversed(errors)}
    lines = sorted(first)
    return CheckResult(
        "role_errors",
        len(first),
        seen.loaded.rows,
        rows=tuple(lines[:SHOWN]),
        examples=tuple(first[line] for line in lines[:SHOWN]),
        detail="; ".join(f"{reason}: {count:,}" for reason, count in reasons.most_common(4)),
    )
