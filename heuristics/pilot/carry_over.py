"""What a pilot measured, carried over to the plan of the full run: the best rate, the speed, the memory."""

import math
from dataclasses import replace

from heuristics.costs.duration import added, load_time, measured_time
from heuristics.facts.experiment import RateEvidence
from heuristics.facts.pilot import PilotFacts
from heuristics.memory.full_run import with_memory
from heuristics.planning.choices import explain_full
from heuristics.planning.recipe import Plan
from heuristics.planning.settings import Ground, run_tokens


def with_measurements(ground: Ground, plan: Plan, pilot: PilotFacts) -> Plan:
    """The plan with the full run's rate, memory and time as the pilot measured them, where it did; as it was
    after a pilot of another model or method."""
    if not _same(plan, pilot):
        return plan
    rate = measured_rate(plan, pilot)
    rated = plan if rate is None else carried_over(ground, plan, rate)
    fitted = with_memory(ground, rated, pilot)
    full = fitted.full_recipe
    if full is not None and full != rated.full_recipe:
        shown = rate if ground.knobs.learning_rate is None else None
        fitted = replace(fitted, full_choices=explain_full(ground, plan.recipe, full, shown))
    return at_measured_speed(ground, fitted, pilot)


def _same(plan: Plan, pilot: PilotFacts) -> bool:
    """True when the pilot trained the plan's model by the plan's method."""
    return (pilot.model, pilot.method) == (plan.recipe.model, plan.recipe.method)


def measured_rate(plan: Plan, pilot: PilotFacts) -> RateEvidence | None:
    """What the rate phase found for the plan's model and method; None when no rates were compared or every
    run diverged."""
    if not _same(plan, pilot):
        return None
    rate = pilot.rate
    return None if rate is None or rate.basis == "none" or not usable(rate.full_run) else rate


def usable(rate: float) -> bool:
    """True for a rate that can be trained with."""
    return math.isfinite(rate) and rate > 0


def carried_over(ground: Ground, plan: Plan, rate: RateEvidence) -> Plan:
    """The plan whose full run has the rate that the pilot carried over to it; a rate that the user fixed
    stays."""
    full = plan.full_recipe
    if full is None or ground.knobs.learning_rate is not None:
        return plan
    moved = replace(full, learning_rate=rate.full_run)
    return replace(plan, full_recipe=moved, full_choices=explain_full(ground, plan.recipe, moved, rate))


def at_measured_speed(ground: Ground, plan: Plan, pilot: PilotFacts) -> Plan:
    """The plan whose full run takes as long as the tokens per second say that its pilot measured; as it was
    where that measured no speed."""
    if pilot.proof is None or ground.data is None or ground.data.tokens is None:
        return plan
    speeds = (pilot.proof.tokens_per_second, *(run.tokens_per_second for run in pilot.runs))
    tokens = run_tokens(ground, plan.full_recipe or plan.recipe, plan.full_rows)
    limits = ground.limits.time
    seconds = measured_time(tokens, speeds, limits)
    if seconds is None:
        return plan
    return replace(plan, full_time=added((seconds,), load_time(ground.shape, limits)))
