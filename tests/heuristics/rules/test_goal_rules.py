"""Rules about the goal speak on one side of their bound and are silent on the other."""

from dataclasses import replace

import pytest

from heuristics.assess import assess
from heuristics.finding import Finding, Level
from heuristics.goal import Goal
from tests.heuristics.known_cases import LIMITS, TINY, data, machine

GOAL = Goal(task="extract", metric="exact_match", smallest_gain=0.05)


def found(**changes: object) -> dict[str, Finding]:
    findings = assess(machine(), data(), TINY, replace(GOAL, **changes), None, None, LIMITS)  # type: ignore[arg-type]
    return {each.rule: each for each in findings}


@pytest.mark.parametrize(
    ("metric", "gain", "why"),
    [
        ("exact_match", 0.0, "Any gain would count"),
        ("exact_match", 1.0, "No share of right answers can rise so much"),
        ("loss", 0.0, "Any gain would count"),
        ("exact_match", 0.999, None),
        ("exact_match", 0.001, None),
        ("loss", 1.0, None),
    ],
)
def test_a_smallest_gain_that_decides_nothing_is_a_risk(metric: str, gain: float, why: str | None) -> None:
    finding = found(metric=metric, smallest_gain=gain).get("goal.smallest_gain")
    assert (finding is None) == (why is None)
    if finding is not None and why is not None:
        assert finding.level == Level.RISK
        assert finding.why.startswith(why)


@pytest.mark.parametrize(
    ("hours", "minutes", "part"), [(0.0, 20.0, "full run"), (2.0, 0.0, "pilot"), (0.01, 0.01, None)]
)
def test_a_budget_of_nothing_is_told_with_what_it_rules_out(
    hours: float, minutes: float, part: str | None
) -> None:
    finding = found(budget_hours=hours, pilot_minutes=minutes).get("goal.budget")
    assert (finding is None) == (part is None)
    if finding is not None and part is not None:
        assert part in finding.headline
