"""The learning rate that a pilot measured, carried over to the full run."""

import math
from dataclasses import replace

from heuristics.batch import steps_of
from heuristics.choices import explain_full
from heuristics.facts.pilot import PilotFacts
from heuristics.learning_rate import rate_prior, two_digits
from heuristics.recipe import Plan, Recipe
from heuristics.settings import Ground


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


def rate_ratio(ground: Ground, pilot: Recipe, full: Recipe) -> float:
    """The rule's rate for the full run over that for the pilot: batch and number of steps differ."""

    def prior(recipe: Recipe) -> float:
        steps = steps_of(recipe.samples, recipe.epochs, recipe.effective_batch)
        batch = recipe.effective_batch
        return rate_prior(ground.shape, recipe.method, batch, steps, ground.limits.rate).value

    return prior(full) / prior(pilot)
