"""Which model to tune when the user named none."""

from heuristics.facts.data import DataFacts
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.goal import Goal
from heuristics.knobs import Knobs
from heuristics.limits import Limits
from heuristics.plan import make_plan


def recommend_model(
    machine: MachineFacts,
    data: DataFacts | None,
    goal: Goal,
    knobs: Knobs,
    limits: Limits,
    candidates: tuple[ModelFacts, ...],
) -> ModelFacts | None:
    """The largest sound candidate whose full run fits this machine's memory and the budget of hours.

    A larger base helps more than more data (Zhang et al. 2402.17193, table 3). None when none fits.
    """
    sound = (each for each in candidates if not each.problems and not each.remote_code)
    for model in sorted(sound, key=lambda each: each.shape.parameters, reverse=True):
        plan = make_plan(machine, data, model, goal, knobs, limits)
        in_time = plan.full_time.value <= goal.budget_hours * 3600
        if plan.memory.fit in ("fits", "tight") and in_time:
            return model
    return None
