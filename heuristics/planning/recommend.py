"""Which model to tune when the user named none."""

from heuristics.facts.data import DataFacts
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.goal import Goal
from heuristics.planning.knobs import Knobs
from heuristics.planning.ranking import best_of
from heuristics.planning.settings import Ground
from heuristics.thresholds.limits import Limits


def recommend_model(
    machine: MachineFacts,
    data: DataFacts | None,
    goal: Goal,
    knobs: Knobs,
    limits: Limits,
    candidates: tuple[ModelFacts, ...],
) -> ModelFacts | None:
    """The largest sound candidate that fits this machine's memory, the budget of hours and the rows' length;
    None when none does."""
    if not candidates:
        return None
    return best_of(Ground(machine, data, candidates[0], goal, knobs, limits), candidates)
