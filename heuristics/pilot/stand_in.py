"""A smaller model that runs the pilot in place of the one that is meant, and the step between the two."""

import math
from dataclasses import replace

from heuristics.basis import Basis, Estimate
from heuristics.facts.model import ModelFacts
from heuristics.pilot.foretold import foretell
from heuristics.planning.recipe import Plan, Recipe, StandIn
from heuristics.planning.settings import Ground, full_recipe, memory_by_formula, pilot_recipe
from heuristics.thresholds.schedule import SiblingLimits

SOURCE = "exponents of model size in fine-tuning, Zhang et al. 2402.17193 (1 to 16 billion parameters)"


def with_stand_in(ground: Ground, plan: Plan, model: ModelFacts) -> Plan:
    """The plan whose pilot trains `model`; what it says of the full run stays with the plan's own model."""
    if model.id == ground.model.id:
        return plan
    there = replace(ground, model=model)
    recipe = pilot_recipe(there)
    chosen = StandIn(
        model.id,
        model.shape.parameters,
        recipe,
        full_recipe(there, recipe),
        memory_by_formula(there, recipe).fit,
    )
    foretold = foretell(there, recipe)
    return replace(
        plan,
        stand_in=chosen,
        pilot_time=foretold.seconds,
        pilot_schedule=foretold.schedule,
        pilot_needed=foretold.needed,
    )


def size_step(smaller: int, larger: int, recipe: Recipe, limits: SiblingLimits) -> Estimate | None:
    """Share of its reducible loss that the larger model is expected to keep, parameters to the power of minus
    the published exponents; None when the other model is not larger or no size is known."""
    if smaller <= 0 or larger <= smaller:
        return None
    full = recipe.method == "full"
    least = limits.full_exponent_low if full else limits.exponent_low
    most = limits.full_exponent_high if full else limits.exponent_high
    times = larger / smaller
    low, high = times**-most, times**-least
    return Estimate(math.sqrt(low * high), low, high, "share", Basis.PUBLISHED, SOURCE)
