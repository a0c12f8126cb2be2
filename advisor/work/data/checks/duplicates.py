"""Rows that repeat others exactly, and prompts with several answers."""

from collections import defaultdict

from advisor.work.data.checks.seen import Seen, counted
from advisor.work.data.examples import Example, normalised
from heuristics.facts.data import CheckResult


def exact_duplicates(seen: Seen) -> CheckResult:
    """Rows that equal an earlier row but for case and white space."""
    first: set[str] = set()
    repeated = []
    for each in seen.examples:
        key = each.content_key
        if key in first:
            repeated.append(each)
        first.add(key)
    return counted("exact_duplicates", repeated, len(seen.examples))


def conflicting_answers(seen: Seen) -> CheckResult:
    """Rows that share their whole prompt with a row of another answer."""
    groups: dict[str, list[Example]] = defaultdict(list)
    for each in seen.examples:
        if each.text is None:
            groups[each.key].append(each)
    conflicts = [
        group
        for group in groups.values()
        if len(group) > 1 and len({normalised(each.answer) for each in group}) > 1
    ]
    concerned = sorted(
        (each for group in conflicts for each in group), key=lambda each: (each.key, each.line)
    )
    detail = f"{len(conflicts):,} prompts have more than one answer" if conflicts else ""
    return counted("conflicting_answers", concerned, len(seen.examples), detail)
