"""The verdict with its evidence, as text."""

from advisor.cli.report.layout import field, hung, title
from advisor.numbers import estimated
from heuristics.verdict.decision import Evidence, Verdict


def verdict_lines(verdict: Verdict) -> list[str]:
    """The decision, the evidence with basis and interval, and what would change it."""
    lines = title(f"Verdict: {verdict.decision}")
    lines += hung("", verdict.headline)
    lines += field("confidence", verdict.confidence)
    if verdict.evidence:
        lines += field("evidence", "for and against training in full:")
    for evidence in verdict.evidence:
        lines += _evidence(evidence)
    for change in verdict.would_change:
        lines += field("would change", change)
    for step in verdict.next_steps:
        lines += field("next", step)
    return lines


def _evidence(evidence: Evidence) -> list[str]:
    lines = field(evidence.side, evidence.text)
    if evidence.estimate is None:
        return lines
    source = f" ({evidence.estimate.source})" if evidence.estimate.source else ""
    return lines + field("", f"{estimated(evidence.estimate)}{source}")
