"""Branches on the data gate: what forbids training at all."""

from heuristics.verdict import evidence
from heuristics.verdict.decision import Decision, Verdict
from heuristics.verdict.standing import Standing


def fix_data(case: Standing) -> Verdict | None:
    """A finding about the data, or about what the plan cuts off it, blocks training."""
    if not case.blocks:
        return None
    if any(each.rule == "data.too_few_rows" for each in case.blocks):
        return _collect_first(case)
    first = case.blocks[0]
    return Verdict(
        Decision.FIX_DATA,
        f"Fix the data first: {first.headline}.",
        tuple(evidence.of_finding(each) for each in case.blocks),
        "firm",
        ("A file without these faults.",),
        tuple(each.do for each in case.blocks if each.do),
    )


def _collect_first(case: Standing) -> Verdict:
    few = next(each for each in case.blocks if each.rule == "data.too_few_rows")
    return Verdict(
        Decision.COLLECT_DATA,
        f"Collect more data: {few.headline[0].lower()}{few.headline[1:]}.",
        tuple(evidence.of_finding(each) for each in case.blocks),
        "firm",
        (f"At least {case.limits.data.rows_risk} good rows.",),
        tuple(each.do for each in case.blocks if each.do),
    )
