"""The seven steps: which job answers which question, and what follows from the answers."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from advisor import catalog
from advisor.case import Case
from advisor.errors import BadInput
from advisor.events import CleaningFound, DataFound, Event, MachineFound, ModelFound, Started
from advisor.export.target import CONVERSATIONS, DATA
from advisor.fold import pilot_after
from advisor.hub_cache import cache_folder
from advisor.jobs import new_run_folder, read_events
from advisor.market import market
from advisor.models import find_model, models_here
from advisor.residuals import identity, kept_residuals
from advisor.resuming import interrupted, pilot_of, running_pilot
from advisor.simulations import kept_simulation, known_simulations
from advisor.specs import (
    CleanTask,
    DataChoice,
    ExportTask,
    JobSpec,
    PilotTask,
    ProbeTask,
    ProfileTask,
    SimulateTask,
    Task,
)
from advisor.steps import STEPS, StepState
from heuristics.assess import assess
from heuristics.carry_over import with_measurements
from heuristics.decision import Decision, Verdict
from heuristics.elsewhere import steps_to_simulate, with_offers
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import PilotFacts
from heuristics.finding import Finding, Level, worst, worst_first
from heuristics.memory import available_on
from heuristics.money import with_money
from heuristics.plan import make_plan
from heuristics.recipe import Plan, Recipe
from heuristics.recommend import recommend_model
from heuristics.residuals import with_residuals
from heuristics.settings import Extras, Ground
from heuristics.simulated import predict_simulated, training_step
from heuristics.stand_in import with_stand_in
from heuristics.suggest import suggest_goal
from heuristics.verdict import decide

Action = Literal["probe", "choose_data", "profile", "confirm_goal", "pilot", "export", "look", "outside"]
"""`outside`: the user goes on without this program."""


@dataclass(frozen=True, slots=True)
class Next:
    """The one recommended thing to do now."""

    step: str
    text: str
    action: Action


def task_of(case: Case, action: str, export_folder: Path | None = None) -> Task:
    """The job that an action starts; raises BadInput when something is still missing.

    Rows are exported into `export_folder`, by default the case's own.
    """
    match action:
        case "probe":
            return ProbeTask(case_folder=case.folder, models_folder=cache_folder())
        case "profile":
            return ProfileTask(data=data_choice(case), model=case.model, topic=case.topic)
        case "pilot":
            if case.model is None or case.plan is None:
                raise BadInput("There is no plan yet", "Profile the data and probe the machine first.")
            if running_pilot(case) is not None:
                raise BadInput(
                    "A pilot of this case is running already", "Watch it with --attach, end it with --stop."
                )
            chosen = case.plan.stand_in
            task = PilotTask(
                data=data_choice(case),
                model=case.model if chosen is None or case.pilot_model is None else case.pilot_model,
                recipe=_pilots_recipe(case.plan),
                goal=case.goal,
                full=case.plan.full_recipe if chosen is None else chosen.full,
                cleaned=_cleaned_choice(case),
                probe=case.options.probe_file(),
                seeds=case.options.seeds,
                alert=case.options.alert,
                wandb_project=case.options.wandb,
            )
            return task.model_copy(update={"resume": interrupted(case, task)})
        case "simulate":
            simulated = simulation_task(case)
            if simulated is None:
                raise BadInput("There is nothing to simulate", "The plan and its offers rest on simulations")
            return simulated
        case "clean" | "preview":
            return clean_task(case, preview=action == "preview")
        case "export":
            if case.plan is None:
                raise BadInput("There is no plan to export yet", "Profile the data and probe the machine.")
            folder = export_folder or case.folder / "export"
            chat = case.plan.recipe.template == "chat"
            return ExportTask(
                data=data_choice(case),
                model=case.model,
                recipe=case.plan.recipe,
                target=folder / DATA,
                conversations=folder / CONVERSATIONS if chat else None,
            )
    raise BadInput(f"Nothing is called {action}")


def clean_task(case: Case, target: Path | None = None, *, preview: bool = False) -> CleanTask:
    """The cleaning that the user chose, into `target` or the run's folder; raises BadInput without data, and
    for several files."""
    if case.data_more:
        raise BadInput("Several files are cleaned one at a time", "Write: advisor clean FILE --out DIR")
    return CleanTask(
        data=data_choice(case), cleaning=case.cleaning, model=case.model, target=target, preview=preview
    )


def data_choice(case: Case) -> DataChoice:
    """Which rows the case is about; raises BadInput while no file is chosen."""
    if case.data_path is None:
        raise BadInput("No data file is chosen", "Name a file: advisor run FILE")
    return DataChoice(
        path=Path(case.data_path),
        more=tuple(Path(each) for each in case.data_more),
        eval_path=Path(case.eval_path) if case.eval_path else None,
        columns=case.columns,
    )


def _cleaned_choice(case: Case) -> DataChoice | None:
    """The rows of the cleaned arm, None where there is none or where they are the case's own."""
    cleaned = case.options.cleaned
    if cleaned is None or cleaned == case.data_path:
        return None
    return DataChoice(path=Path(cleaned), columns=case.columns)


def spec_of(
    case: Case, task: Task, lifeline: Literal["stdin", "none"] = "stdin", offline: bool = False
) -> JobSpec:
    """A job in a fresh folder under the case's runs."""
    folder = new_run_folder(case.runs, task.job)
    return JobSpec(folder=folder, task=task, lifeline=lifeline, offline=offline or hub_is_offline())


def hub_is_offline() -> bool:
    """True when the user's environment forbids the Hub."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


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
    newest = max(case.runs.glob("*-pilot*"), default=None) if case.runs.is_dir() else None
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
    return task is not None and (task.recipe, task.data) == (_pilots_recipe(case.plan), data_choice(case))


def _pilots_recipe(plan: Plan) -> Recipe:
    """What the pilot trains with: the plan's recipe, or that of the smaller model in its place."""
    return plan.recipe if plan.stand_in is None else plan.stand_in.recipe


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
    extras = Extras(case.options.seeds, _cleaned_choice(case) is not None)
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


def simulation_task(case: Case) -> SimulateTask | None:
    """The job that simulates the plan's training step, and those that prove its offers; None when all is
    known, or cannot be asked for."""
    if case.plan is None or case.model is None or case.machine is None:
        return None
    ground = Ground(case.machine, case.data, case.model, case.goal, case.knobs, catalog.limits())
    kept = known_simulations(case.model)
    own = training_step(case.plan.recipe, case.machine.device)
    steps = [own] if own is not None and kept(own) is None else []
    steps += [each for each in steps_to_simulate(ground, case.plan, market().offers, kept) if each != own]
    return SimulateTask(model=case.model, step=steps[0], more=tuple(steps[1:])) if steps else None


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


def findings_of(case: Case, step: str | None = None) -> tuple[Finding, ...]:
    """Findings about one step, or about all, worst first."""
    found = assess(case.machine, case.data, case.model, case.goal, case.plan, case.pilot, catalog.limits())
    return worst_first(found if step is None else _about(found, step))


def step_states(case: Case, running: str | None = None) -> dict[str, StepState]:
    """The state of each step; `running` is the step whose job is under way."""
    found = findings_of(case)
    return {step: StepState.RUNNING if step == running else _state(case, step, found) for step in STEPS}


def verdict_line(case: Case, step: str) -> str:
    """One line in words for the head of a step."""
    found = findings_of(case)
    if _state(case, step, found) is StepState.EMPTY:
        return _MISSING[step]
    if step == "verdict" and case.verdict is not None:
        return case.verdict.headline
    findings = _about(found, step)
    if findings and findings[0].level is not Level.OK:
        return f"{findings[0].level}: {findings[0].headline}"
    return _FINE[step]


def next_of(case: Case) -> Next:
    """The next recommended thing to do."""
    if case.machine is None:
        return Next("machine", "probe this machine", "probe")
    if case.data_path is None:
        return Next("data", "choose a data file", "choose_data")
    if case.data is None or (case.data.tokens is None and case.model is not None):
        return Next("data", "profile the data", "profile")
    if _state(case, "data", findings_of(case)) is StepState.BLOCKED:
        return Next("data", "look at the findings", "look")
    if not case.goal_confirmed:
        return Next("goal", "confirm the goal", "confirm_goal")
    if case.plan is None:
        return Next("plan", "choose a model", "look")
    if case.pilot is None or not case.pilot.complete:
        return Next("pilot", "run the pilot", "pilot")
    if case.verdict is not None and not case.verdict.ready and case.verdict.next_steps:
        return Next("verdict", case.verdict.next_steps[0], "outside")
    if not case.exported:
        return Next("export", "write the files", "export")
    return Next("export", _OUTSIDE, "outside")


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
        recipe = _pilots_recipe(case.plan)
        facts = replace(facts, model=recipe.model, method=recipe.method)
    return facts


def _state(case: Case, step: str, found: tuple[Finding, ...]) -> StepState:
    known = {
        "machine": case.machine is not None,
        "data": case.data is not None,
        "goal": case.goal_confirmed,
        "plan": case.plan is not None,
        "pilot": case.pilot is not None,
        "verdict": case.verdict is not None,
        "export": bool(case.exported),
    }
    if not known[step]:
        return StepState.EMPTY
    if step == "verdict" and case.verdict is not None:
        return _verdict_state(case, case.verdict)
    match worst(_about(found, step)):
        case Level.BLOCK:
            return StepState.BLOCKED
        case Level.RISK | Level.UNKNOWN:
            return StepState.RISK
        case _:
            return StepState.OK


def _about(found: tuple[Finding, ...], step: str) -> tuple[Finding, ...]:
    return tuple(each for each in found if each.rule.startswith(f"{step}."))


def _verdict_state(case: Case, verdict: Verdict) -> StepState:
    if verdict.decision is Decision.FIX_DATA:
        return StepState.BLOCKED
    if case.pilot is None:
        return StepState.EMPTY
    return StepState.OK if verdict.ready else StepState.RISK


_OUTSIDE = "type in your shell what RUN.md in the exported folder says"

_MISSING = {
    "machine": "This machine is not probed yet",
    "data": "No data profiled yet",
    "goal": "The goal is not confirmed yet",
    "plan": "No plan yet: it needs the machine and a model",
    "pilot": "No pilot run yet",
    "verdict": "No verdict yet: it needs a plan and a pilot",
    "export": "Nothing exported yet",
}

_FINE = {
    "machine": "This machine can train",
    "data": "The data can be trained on",
    "goal": "The goal is set",
    "plan": "The plan fits this machine",
    "pilot": "The pilot has evidence",
    "verdict": "The verdict stands",
    "export": "The files are written",
}
