"""The job that answers each question of a case, and what it is asked."""

import os
from pathlib import Path
from typing import Literal

from advisor import catalog
from advisor.case import Case
from advisor.errors import BadInput
from advisor.export.target import CONVERSATIONS, DATA
from advisor.jobs import new_run_folder
from advisor.market import market
from advisor.models.hub_cache import cache_folder, offline_by
from advisor.pilot_options import own_rows
from advisor.resuming import interrupted, running_pilot
from advisor.simulations import known_simulations
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
from heuristics.costs.elsewhere import steps_to_simulate
from heuristics.facts.experiment import Phase
from heuristics.memory.simulated import training_step
from heuristics.planning.recipe import Plan, Recipe
from heuristics.planning.settings import Ground


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
                recipe=pilots_recipe(case.plan),
                goal=case.goal,
                full=case.plan.full_recipe if chosen is None else chosen.full,
                cleaned=cleaned_choice(case),
                probe=case.options.probe_file(),
                seeds=case.options.seeds,
                alert=case.options.alert,
                wandb_project=case.options.wandb,
                foretold=_foretold(case.plan),
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


def cleaned_choice(case: Case) -> DataChoice | None:
    """The rows of the cleaned arm, None where there is none or where they are the case's own."""
    cleaned = case.options.cleaned
    if cleaned is None or own_rows(cleaned, case.data_files):
        return None
    return DataChoice(path=Path(cleaned), columns=case.columns)


def spec_of(
    case: Case, task: Task, lifeline: Literal["stdin", "none"] = "stdin", offline: bool = False
) -> JobSpec:
    """A job in a fresh folder under the case's runs."""
    folder = new_run_folder(case.runs, task.job)
    return JobSpec(folder=folder, task=task, lifeline=lifeline, offline=offline or offline_by(os.environ))


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


def _foretold(plan: Plan) -> dict[Phase, float]:
    """Seconds that the plan expects of each phase of the pilot."""
    if plan.pilot_schedule is None:
        return {}
    proof = max(0.0, plan.pilot_time.value - plan.pilot_schedule.total)
    return {"proof": proof, **plan.pilot_schedule.seconds}


def pilots_recipe(plan: Plan) -> Recipe:
    """What the pilot trains with: the plan's recipe, or that of the smaller model in its place."""
    return plan.recipe if plan.stand_in is None else plan.stand_in.recipe
