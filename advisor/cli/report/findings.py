"""Findings as text, worst first."""

from advisor.cli.report.layout import hung, title
from heuristics.finding import Finding

_EXAMPLES = 3


def finding_lines(findings: tuple[Finding, ...]) -> list[str]:
    """Every finding with why, what to do and example rows; empty without findings."""
    if not findings:
        return []
    lines = title("Findings")
    for finding in findings:
        lines += hung(f"{finding.level.value:<8}", finding.headline)
        for label, text in (("why", finding.why), ("do", finding.do), ("source", finding.source)):
            if text:
                lines += hung(f"        {label:<8}", text)
        lines += _rows(finding)
    return lines


def _rows(finding: Finding) -> list[str]:
    if not finding.rows:
        return []
    lines = []
    for place, row in enumerate(finding.rows[:_EXAMPLES]):
        text = finding.examples[place] if place < len(finding.examples) else ""
        where = finding.places[place] if place < len(finding.places) else f"line {row}"
        lines += hung(f"        {where}: ", text)
    rest = (finding.count or len(finding.rows)) - min(len(finding.rows), _EXAMPLES)
    return [*lines, f"        and {rest:,} more"] if rest > 0 else lines
