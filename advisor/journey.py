"""What follows from the answers of jobs: facts, goal, model, plan and verdict of a case."""

from dataclasses import replace
from pathlib import Path

from advisor import catalog
from advisor.case import Case
from advisor.events import CleaningFound, DataFound, Event, MachineFound, ModelFound, Started
from advisor.fold import pilot_after
from advisor.jobs import read_events
from advisor.market import market
from advisor.models.search import find_model, models_here
from advisor.residuals import identity, kept_residuals
from advisor.resuming import newest_pilot, pilot_of
from advisor.simulations import kept_simulation, known_simulations
from advisor.tasks import cleaned_choice, data_choice, pilots_recipe
from heuristics.costs.elsewhere import with_offers
from heuristics.costs.money import with_money
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import PilotFacts
from heuristics.memory.formula import available_on
from heuristics.memory.residuals import with_residuals
from heuristics.memory.simulated import predict_simulated, training_step
from heuristics.pilot.carry_over import with_measurements
from heuristics.pilot.stand_in import with_stand_in
from heuristics.planning.plan import make_plan
from heuristics.planning.recipe import Plan
from heuristics.planning.recommend import recommend_model
from heuristics.planning.settings import Extras, Ground
from heuristics.suggest import suggest_goal
from heuristics.verdict.table import decide


def absorb(case: Case, event: Event, run: str | None = None) -> Case:
    """The case after one event of a job; `run` names the folder that a pilot writes into."""
    match event:
        case MachineFound(facts=machine):
            return case.but(machine=machine)
        case CleaningFound(facts=cleaned):
            return case.but(**{"cleaned" if cleaned.path else "cleaning_seen": cleaned})
        case DataFound(facts=data):
            return case.but(data=data, data_run=run)
        case ModelFound(facts=model):
            return case.but(model=model)
        case Started(job="pilot"):
            return case.but(pilot=_new_pilot(case), pilot_run=run, verdict=None)
    if case.pilot is not None and run is not None and run == case.pilot_run:
        return case.but(pilot=pilot_after(case.pilot, event))
    return case


def recover(case: Case) -> Case:
    """The case with what its newest pilot wrote after the case was saved for the last time.

    A pilot that asked something else than the case asks now adds nothing.
    """
    newest = newest_pilot(case)
    if newest is None or not _asked_the_same(case, newest):
        return case
    if case.pilot_run == newest.name and case.pilot and (case.pilot.ended or case.pilot.complete):
        return case
    for event in read_events(newest):
        case = absorb(case, event, newest.name)
    return settle(case)


def _asked_the_same(case: Case, run: Path) -> bool:
    """True when the pilot in `run` used the recipe and the rows that the case has now."""
    if case.plan is None or case.data_path is None:
        return False
    task = pilot_of(run)
    return task is not None and (task.recipe, task.data) == (pilots_recipe(case.plan), data_choice(case))


def settle(case: Case) -> Case:
    """The case with everything that follows from its facts: goal, model, plan and verdict."""
    if case.data is not None and not case.goal_confirmed:
        case = case.but(goal=suggest_goal(case.data, case.goal, catalog.limits()))
    if case.model is None and case.model_choice is not None:
        case = case.but(model=find_model(case.model_choice))
    if case.pilot_model is None and case.pilot_choice is not None:
        case = case.but(pilot_model=find_model(case.pilot_choice))
    if case.model is None:
        case = case.but(model=_recommended(case))
    if case.machine is None or case.model is None:
        return case.but(plan=None, verdict=None)
    case = case.but(plan=_plan(case, case.machine, case.model))
    verdict = decide(case.machine, case.data, case.model, case.goal, case.plan, case.pilot, catalog.limits())
    return case.but(verdict=verdict)


def _plan(case: Case, machine: MachineFacts, model: ModelFacts) -> Plan:
    """The plan with everything that is known: measurements, simulations, prices."""
    extras = Extras(case.options.seeds, cleaned_choice(case) is not None)
    limits = catalog.limits()
    ground = Ground(machine, case.data, model, case.goal, case.knobs, limits, extras)
    kept = known_simulations(model)
    plan = make_plan(machine, case.data, model, case.goal, case.knobs, limits, catalog.models(), extras)
    if case.pilot_model is not None:
        plan = with_stand_in(ground, plan, case.pilot_model)
    if case.pilot is not None:
        plan = with_measurements(ground, plan, case.pilot)
    plan = _with_simulation(plan, machine, model)
    plan = with_residuals(plan, kept_residuals(), identity(case), ground.limits.memory)
    plan = with_offers(ground, plan, market().offers, kept)
    return with_money(ground, plan, catalog.gpus_for_sale(), kept)


def _with_simulation(plan: Plan, machine: MachineFacts, model: ModelFacts) -> Plan:
    """The plan with simulated memory in the place of the formula's, where its step was simulated before."""
    step = training_step(plan.recipe, machine.device)
    facts = None if step is None else kept_simulation(model, step)
    if facts is None:
        return plan
    on_cpu = machine.device.kind == "cpu"
    memory = predict_simulated(facts, available_on(machine.device), on_cpu, catalog.limits().memory)
    alike = plan.full_memory is not None and plan.full_memory.total == plan.memory.total
    return replace(plan, memory=memory, full_memory=memory if alike else plan.full_memory)


def choose_model(case: Case, choice: str) -> Case:
    """The case for another model; raises BadModel when it cannot be used."""
    return settle(case.but(model_choice=choice, model=find_model(choice)))


def _recommended(case: Case) -> ModelFacts | None:
    """A model for a user who named none: the best one at hand, else the best one of the catalogue."""
    if case.machine is None:
        return None
    for candidates in (tuple(models_here()), catalog.models()):
        found = recommend_model(case.machine, case.data, case.goal, case.knobs, catalog.limits(), candidates)
        if found is not None:
            return found
    return None


def _new_pilot(case: Case) -> PilotFacts:
    facts = PilotFacts()
    if case.plan is not None:
        recipe = pilots_recipe(case.plan)
        facts = replace(facts, model=recipe.model, method=recipe.method)
    return facts
