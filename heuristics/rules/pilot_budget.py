"""Rules about the pilot's time: whether it ends within it, and what it cannot decide in it."""

import math

from heuristics.finding import Finding, Level
from heuristics.known import Known
from heuristics.planning.recipe import Plan
from heuristics.thresholds.limits import Limits
from heuristics.words import duration


def pilot_in_time(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """Whether the pilot ends within its budget, cut as far as it can be."""
    budget = known.goal.pilot_minutes * 60
    estimate = plan.pilot_time
    if estimate.high <= budget:
        return None
    late = estimate.value > budget
    needs = f"takes about {duration(estimate.value)}" if late else f"may take {duration(estimate.high)}"
    which = "Even the smallest pilot" if late else "The pilot"
    return Finding(
        "plan.pilot_time",
        Level.RISK,
        f"{which} {needs}, more than its {known.goal.pilot_minutes:g} min",
        f"Between {duration(estimate.low)} and {duration(estimate.high)}: {estimate.source}.",
        "Give it more time, fewer rows or a smaller model.",
    )


def pilot_decides(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """Questions that the pilot is not expected to answer within its budget."""
    schedule = plan.pilot_schedule
    if schedule is None:
        return None
    open_questions = [each for each in schedule.possible if not each.answered]
    if not open_questions:
        return None
    left = f"leaves {len(open_questions)} of {len(schedule.possible)} questions open"
    asked = " ".join(each.question for each in open_questions)
    if schedule.dropped:
        minutes = math.ceil(plan.pilot_needed / 60)
        headline = f"In {known.goal.pilot_minutes:g} min the pilot {left}"
        why = f"{asked} To fit, it gives up: {'; '.join(schedule.dropped)}."
        do = f"Give it {minutes:,} min, which are expected to pay for everything."
    else:
        headline = f"With {plan.recipe.samples:,} rows the pilot {left}"
        why = f"{asked} Missing: {'; '.join(each.why for each in open_questions)}."
        do = "Give it more pilot rows; its time is enough."
    return Finding(
        "plan.pilot_decides",
        Level.RISK,
        headline,
        why,
        do,
        "the pilot fixes its schedule once from the speed that it measures",
        count=len(open_questions),
    )
