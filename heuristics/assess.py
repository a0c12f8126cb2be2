"""All findings about a case: every rule asked once."""

from dataclasses import replace

from heuristics.facts.data import DataFacts
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import PilotFacts
from heuristics.finding import Finding, Level
from heuristics.goal import Goal
from heuristics.known import Known
from heuristics.planning.recipe import Plan
from heuristics.rules.data import DATA_RULES
from heuristics.rules.experiment import EXPERIMENT_RULES
from heuristics.rules.goal import GOAL_RULES
from heuristics.rules.machine import MACHINE_RULES
from heuristics.rules.pilot import PILOT_RULES
from heuristics.rules.plan import PLAN_RULES
from heuristics.thresholds.limits import Limits


def assess(
    machine: MachineFacts | None,
    data: DataFacts | None,
    model: ModelFacts | None,
    goal: Goal,
    plan: Plan | None,
    pilot: PilotFacts | None,
    limits: Limits,
) -> tuple[Finding, ...]:
    """Findings about everything that is known, and one UNKNOWN for each thing that is not; the names of the
    rules begin with their step."""
    known = Known(machine, data, model, goal, plan, pilot)
    found = list(_missing(known))
    if machine is not None:
        found += [each for rule in MACHINE_RULES if (each := rule(machine, limits)) is not None]
    if data is not None:
        found += [_placed(each, data) for rule in DATA_RULES if (each := rule(data, limits)) is not None]
    found += [each for rule in GOAL_RULES if (each := rule(known, limits)) is not None]
    if plan is not None:
        found += [each for rule in PLAN_RULES if (each := rule(plan, known, limits)) is not None]
    if pilot is not None:
        judged = (rule(pilot, known, limits) for rule in (*PILOT_RULES, *EXPERIMENT_RULES))
        found += [each if data is None else _placed(each, data) for each in judged if each is not None]
    return tuple(found)


def _placed(finding: Finding, data: DataFacts) -> Finding:
    """The finding with the file of each of its rows, when there are several."""
    if not data.files:
        return finding
    return replace(finding, places=tuple(data.place(each) for each in finding.rows))


def _missing(known: Known) -> tuple[Finding, ...]:
    lacking = (
        (known.machine, "machine", "The machine is not probed yet", "Probe this machine."),
        (known.data, "data", "No data set is profiled yet", "Choose a data file and profile it."),
        (known.model, "plan.model", "No model is chosen yet", "Choose a model."),
        (known.plan, "plan", "There is no plan yet", "Probe the machine and choose a model."),
        (known.pilot, "pilot", "No pilot has run yet", "Run the pilot."),
    )
    return tuple(
        Finding(f"{name}.missing", Level.UNKNOWN, headline, "Everything that rests on it is open.", do)
        for fact, name, headline, do in lacking
        if fact is None
    )
