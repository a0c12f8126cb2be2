"""Groups of people in the data: what differs between them, and what the checks cannot see."""

from advisor import numbers
from heuristics.facts.data import DataFacts
from screens.rows import Row, Section, told
from screens.words import heading, labelled, muted

CHECKS = {
    "group_skew": "Roles by group",
    "group_associations": "Words by group",
}
"""Name of a check about groups -> its title."""
_LIMITS = (
    "These are differences in counts, with the number of rows; whether one is a bias is for you to judge. "
    "The word lists know some groups and languages, not all; irony, quotation and context are not seen."
)


def bias_section(data: DataFacts) -> Section:
    """One row for each check about groups that ran."""
    rows = []
    for check, title in CHECKS.items():
        result = data.check(check)
        if result is None:
            continue
        said = result.detail or "no difference above chance with enough rows"
        rows.append(
            Row(
                f"bias-data.{check}",
                title,
                f"{numbers.count(result.count)} rows" if result.count else "no difference",
                said,
                detail=told(
                    heading(title),
                    said,
                    labelled("Looked at", f"{numbers.count(result.total)} rows"),
                    *result.examples[:10],
                    muted(_LIMITS),
                ),
                browsable=result.count > 0,
            )
        )
    return Section("Groups of people", tuple(rows))
