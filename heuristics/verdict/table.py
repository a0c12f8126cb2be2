"""The decision table: the first branch whose conditions hold speaks."""

from collections.abc import Callable

from heuristics.facts.data import DataFacts
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import PilotFacts
from heuristics.goal import Goal
from heuristics.known import Known
from heuristics.planning.recipe import Plan
from heuristics.thresholds.limits import Limits
from heuristics.verdict.branches.curve import not_worth_more, still_learning, too_small_to_tell
from heuristics.verdict.branches.data import fix_data
from heuristics.verdict.branches.full_run import cloud, no_plan, scale_up, stuck
from heuristics.verdict.branches.measured import (
    forgot,
    form_not_tested,
    form_only,
    no_improvement,
    not_measured,
    prompting,
    voted_down,
)
from heuristics.verdict.decision import Verdict
from heuristics.verdict.standing import Standing

BRANCHES: tuple[Callable[[Standing], Verdict | None], ...] = (
    fix_data,
    not_measured,
    prompting,
    still_learning,
    not_worth_more,
    no_improvement,
    voted_down,
    form_only,
    form_not_tested,
    too_small_to_tell,
    forgot,
    no_plan,
    scale_up,
    cloud,
    stuck,
)
"""In order; the last one always answers."""


def decide(
    machine: MachineFacts | None,
    data: DataFacts | None,
    model: ModelFacts | None,
    goal: Goal,
    plan: Plan | None,
    pilot: PilotFacts | None,
    limits: Limits,
) -> Verdict:
    """What the evidence allows to say; never more."""
    case = Standing(Known(machine, data, model, goal, plan, pilot), limits)
    return next(verdict for branch in BRANCHES if (verdict := branch(case)) is not None)
