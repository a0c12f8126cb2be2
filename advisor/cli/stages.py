"""The steps of the journey as a script runs them: each does what is missing and hands the case on."""

from dataclasses import dataclass, replace

from advisor.case import Case, save
from advisor.cleaning_file import read_cleaning
from advisor.cli.asked import Asked
from advisor.cli.drive import JobFailed, drive
from advisor.cli.narrate import Narrator
from advisor.cli.opening import with_goal
from advisor.errors import BadInput
from advisor.fixes import checked_names, fixes
from advisor.specs import ProfileTask
from advisor.standing import findings_of
from advisor.tasks import clean_task, simulation_task, task_of
from heuristics.cleaning import chosen_fixes
from heuristics.finding import Level
from heuristics.pilot.votes import to_vote_on

_ROUNDS = 3
"""An offer that a simulation rules out makes room for another, which is to be simulated too."""


@dataclass(frozen=True, slots=True)
class Trip:
    """What every step needs to know."""

    asked: Asked
    narrator: Narrator

    def job(self, case: Case, action: str) -> Case:
        """The case after the job of one action."""
        task = task_of(case, action)
        if isinstance(task, ProfileTask):
            task = task.model_copy(update={"cache": self.asked.cache})
        return drive(case, task, self.narrator, self.asked.offline)


def probed(case: Case, trip: Trip) -> Case:
    """The case with the machine's facts."""
    return case if case.machine is not None else trip.job(case, "probe")


def profiled(case: Case, trip: Trip) -> Case:
    """The case with the data's facts, counted in tokens when the model is known."""
    counted = case.data is not None and (case.data.tokens is not None or case.model is None)
    return case if counted else trip.job(case, "profile")


def cleaned(case: Case, trip: Trip) -> Case:
    """The case after the cleaning that was asked for, or a preview of it; raises BadInput."""
    asked = trip.asked
    cleaning = case.cleaning
    if asked.plan is not None:
        plan = read_cleaning(asked.plan)
        cleaning = plan.cleaning
        if plan.moved:
            trip.narrator.say(f"these fixes have changed since the plan was written: {', '.join(plan.moved)}")
        if plan.columns is not None and asked.columns is None:
            case = case.but(columns=plan.columns)
    if asked.fixes:
        of_plan = (cleaning.fixes or ()) if asked.plan is not None else ()
        cleaning = replace(cleaning, fixes=(*of_plan, *checked_names(asked.fixes)))
    case = case.but(cleaning=cleaning)
    target = asked.to.absolute() if asked.to is not None else None
    return drive(case, clean_task(case, target, preview=asked.preview), trip.narrator, asked.offline)


def would_change(case: Case) -> bool:
    """True when a chosen fix found something to do in the preview."""
    seen = case.cleaning_seen
    chosen = chosen_fixes(case.cleaning, fixes())
    return seen is not None and any(each.rows > 0 and each.fix in chosen for each in seen.outcomes)


def planned(case: Case, trip: Trip) -> Case:
    """The case with its goal and its plan; raises BadInput when no model is named and none fits."""
    case = probed(case, trip)
    if case.model is None:
        raise BadInput(
            "No model on this machine fits", "Name one: --model FOLDER_OR_ID (demo is the bundled one)."
        )
    if case.model_choice is None:
        trip.narrator.say(f"no model is named: {case.model.id} is the largest here that fits")
    case = with_goal(profiled(case, trip), trip.asked)
    save(case)
    return case


def simulated(case: Case, trip: Trip) -> Case:
    """The case with simulated memory in its plan, or the formula's where no simulation can be had."""
    for _ in range(_ROUNDS):
        task = simulation_task(case)
        if task is None:
            break
        try:
            case = drive(case, task, trip.narrator, trip.asked.offline)
        except JobFailed as failed:
            trip.narrator.say(f"memory stays by formula: {failed.message}")
            break
    return case


def piloted(case: Case, trip: Trip) -> Case:
    """The case with a complete pilot, or as it stands when something forbids the pilot."""
    case = planned(case, trip)
    if case.pilot is not None and case.pilot.complete:
        return case
    if blocked(case):
        trip.narrator.say(f"the pilot is left out: {what_blocks(case)}")
        return case
    case = trip.job(case, "pilot")
    if case.goal.metric == "loss" and case.pilot is not None and to_vote_on(case.pilot.samples):
        trip.narrator.say(
            "a blind vote on both models' answers is left out here: it needs the terminal, step 5, v"
        )
    return case


def exported(case: Case, trip: Trip) -> Case:
    """The case with its files written; raises BadInput when there is no plan or the folder cannot be used."""
    from advisor.export.all import check_folder, chosen, row_files, write

    folder = (trip.asked.to or case.folder / "export").absolute()
    chosen(trip.asked.targets)
    check_folder(folder)
    case = drive(case, task_of(case, "export", folder), trip.narrator, trip.asked.offline)
    written = write(case, folder, trip.asked.targets)
    for path in written.kept:
        trip.narrator.say(f"an older file is kept as {path}")
    case = case.but(exported=tuple(str(path) for path in (*written.files, *row_files(folder))))
    save(case)
    return case


def finished(case: Case, trip: Trip) -> Case:
    """The case with its files written, unless something forbids to train with them."""
    if not blocked(case):
        return exported(case, trip)
    trip.narrator.say(f"nothing is exported: {what_blocks(case)}")
    return case


def blocked(case: Case) -> bool:
    """True when a finding says that training would fail or teach nothing."""
    return any(each.level is Level.BLOCK for each in findings_of(case))


def what_blocks(case: Case) -> str:
    """The first finding that blocks and what to do about it; it may be of a step that is not shown."""
    blocking = [each for each in findings_of(case) if each.level is Level.BLOCK]
    more = f" (and {len(blocking) - 1} more)" if len(blocking) > 1 else ""
    return f"{blocking[0].headline}. {blocking[0].do}{more}"
