"""What a pilot measured, carried over to the plan of the full run: the best rate, and the speed."""

import math
from dataclasses import replace

from heuristics.batch import steps_of
from heuristics.choices import explain_full
from heuristics.duration import added, load_time, measured_time
from heuristics.facts.pilot import PilotFacts
from heuristics.learning_rate import rate_prior, two_digits
from heuristics.recipe import Plan, Recipe
from heuristics.settings import Ground, run_tokens


def with_measurements(ground: Ground, plan: Plan, pilot: PilotFacts) -> Plan:
    """The plan with the full run's rate and time as the pilot measured them, where it did."""
    rate = measured_rate(pilot)
    plan = plan if rate is None else carried_over(ground, plan, rate)
    return at_measured_speed(ground, plan, pilot)


def measured_rate(pilot: PilotFacts | None) -> float | None:
    """The rate that a rate phase found best: the ladder trains with it. None when no rates were compared."""
    if pilot is None or not any(run.phase == "rate" for run in pilot.runs):
        return None
    ladder = [run for run in pilot.runs if run.phase == "ladder" and not run.diverged and run.best_heldout]
    return ladder[-1].learning_rate if ladder else None


def carried_over(ground: Ground, plan: Plan, rate: float) -> Plan:
    """The plan whose full run starts from the measured rate; a rate that the user fixed stays."""
    full = plan.full_recipe
    if full is None or ground.knobs.learning_rate is not None or not (math.isfinite(rate) and rate > 0):
        return plan
    moved = replace(full, learning_rate=two_digits(rate * rate_ratio(ground, plan.recipe, full)))
    return replace(
        plan, full_recipe=moved, full_choices=explain_full(ground, plan.recipe, moved, measured_rate=rate)
    )


def at_measured_speed(ground: Ground, plan: Plan, pilot: PilotFacts) -> Plan:
    """The plan whose full run takes as long as the tokens per second say that the pilot measured; as it was
    where the pilot was of another model or method, or measured no speed."""
    if pilot.proof is None or ground.data is None or ground.data.tokens is None:
        return plan
    if (pilot.model, pilot.method) != (plan.recipe.model, plan.recipe.method):
        return plan
    speeds = (pilot.proof.tokens_per_second, *(run.tokens_per_second for run in pilot.runs))
    tokens = run_tokens(ground, plan.full_recipe or plan.recipe, plan.full_rows)
    limits = ground.limits.time
    seconds = measured_time(tokens, speeds, limits)
    if seconds is None:
        return plan
    return replace(plan, full_time=added((seconds,), load_time(ground.shape, limits)))


def rate_ratio(ground: Ground, pilot: Recipe, full: Recipe) -> float:
    """The rule's rate for the full run over that for the pilot: batch and number of steps differ."""

    def prior(recipe: Recipe) -> float:
        steps = steps_of(recipe.samples, recipe.epochs, recipe.effective_batch)
        batch = recipe.effective_batch
        return rate_prior(ground.shape, recipe.method, batch, steps, ground.limits.rate).value

    return prior(full) / prior(pilot)
