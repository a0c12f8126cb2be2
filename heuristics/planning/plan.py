"""The plan: a recipe with its reasons, and what it will cost in memory, time and money."""

from heuristics.facts.data import DataFacts
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.goal import Goal
from heuristics.memory.sizes import size_table
from heuristics.pilot.foretold import foretell
from heuristics.pilot.time import run_time
from heuristics.planning.choices import explain, explain_full
from heuristics.planning.knobs import Knobs
from heuristics.planning.ranking import alternatives, sibling
from heuristics.planning.recipe import Plan
from heuristics.planning.samples import training_rows
from heuristics.planning.settings import (
    NO_EXTRAS,
    Extras,
    Ground,
    full_recipe,
    memory_by_formula,
    pilot_recipe,
)
from heuristics.thresholds.limits import Limits


def make_plan(
    machine: MachineFacts,
    data: DataFacts | None,
    model: ModelFacts,
    goal: Goal,
    knobs: Knobs,
    limits: Limits,
    catalogue: tuple[ModelFacts, ...] = (),
    extras: Extras = NO_EXTRAS,
) -> Plan:
    """The recommended recipe for this machine, data, model and goal; knobs replace single rules."""
    ground = Ground(machine, data, model, goal, knobs, limits, extras)
    recipe = pilot_recipe(ground)
    full = full_recipe(ground, recipe)
    device = ground.device
    rows = training_rows(data, limits.samples) if data is not None else recipe.samples
    memory = memory_by_formula(ground, recipe)
    length = recipe.sequence_length
    foretold = foretell(ground, recipe)
    return Plan(
        recipe=recipe,
        choices=explain(ground, recipe),
        memory=memory,
        pilot_time=foretold.seconds,
        pilot_schedule=foretold.schedule,
        pilot_needed=foretold.needed,
        full_time=run_time(ground, full, rows),
        full_rows=rows,
        sizes=size_table(machine, catalogue, length, limits),
        alternatives=alternatives(ground, catalogue),
        device=device.name,
        full_recipe=full,
        full_memory=memory_by_formula(ground, full),
        full_choices=explain_full(ground, recipe, full),
        sibling=sibling(ground, catalogue) if memory.fit == "no" else None,
    )
