"""Everything that is known at one moment: what rules and the verdict look at."""

from dataclasses import dataclass

from heuristics.facts.data import DataFacts
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import PilotFacts
from heuristics.goal import Goal
from heuristics.planning.recipe import Plan


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of one case; None where not known yet."""

    machine: MachineFacts | None
    data: DataFacts | None
    model: ModelFacts | None
    goal: Goal
    plan: Plan | None
    pilot: PilotFacts | None
