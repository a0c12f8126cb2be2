"""What a cleaning did, or would do, as text."""

import shlex

from advisor.case import Case
from advisor.cli.report.layout import field, hung, table, title
from advisor.fixes import fixes
from advisor.numbers import count
from heuristics.cleaning import chosen_fixes
from heuristics.facts.cleaning import CleaningFacts, FixOutcome

_EXAMPLES = 2


def cleaning_lines(case: Case) -> list[str]:
    """The newest cleaning with its files, or the newest preview when it came later; empty without both."""
    done, seen = case.cleaned, case.cleaning_seen
    if seen is not None and (done is None or done.sha256 != seen.sha256):
        return _previewed(case, seen)
    return _done(done) if done is not None else []


def _done(facts: CleaningFacts) -> list[str]:
    lines = title("Cleaned copy")
    lines += field("source", f"{facts.source}, untouched")
    lines += field(
        "rows",
        f"{count(facts.rows_in)} in, {count(facts.rows_out)} out: {count(facts.removed)} left out, "
        f"{count(facts.changed)} changed",
    )
    for label, path in (("copy", facts.path), ("changes", facts.changes), ("plan", facts.plan)):
        lines += field(label, path or "")
    if facts.note:
        lines += field("note", facts.note)
    lines += field("next", f"advisor profile {shlex.quote(facts.path or '')}")
    return lines + _outcomes([each for each in facts.outcomes if each.rows])


def _previewed(case: Case, facts: CleaningFacts) -> list[str]:
    chosen = chosen_fixes(case.cleaning, fixes())
    lines = title("What each fix would do")
    rows = [("", "fix", "rows", "")]
    titles = {each.name: each.title for each in fixes()}
    for each in facts.outcomes:
        mark = "[x]" if each.fix in chosen else "[ ]"
        rows.append((mark, each.fix, count(each.rows), titles.get(each.fix, "")))
    lines += table(rows, frozenset((2,)))
    for cluster in facts.clusters:
        spellings = ", ".join(f"“{label}” {count(rows)}" for label, rows in cluster.spellings)
        lines += field("label", f"{cluster.field}: {spellings}" if cluster.field else spellings)
    return lines + _outcomes([each for each in facts.outcomes if each.rows])


def _outcomes(outcomes: list[FixOutcome]) -> list[str]:
    titles = {each.name: each.title for each in fixes()}
    lines: list[str] = []
    for each in outcomes:
        lines += ["", f"{titles.get(each.fix, each.fix)} ({each.fix}): {count(each.rows)} rows"]
        for change in each.examples[:_EXAMPLES]:
            lines += hung(f"  line {change.line}: ", change.before)
            lines += hung("    becomes  ", change.after) if change.after else []
    return lines
