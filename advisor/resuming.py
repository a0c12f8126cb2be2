"""Finds the pilot that was interrupted, so that the next one goes on where it was."""

from pathlib import Path

from advisor.case import Case
from advisor.events import Done
from advisor.files import is_locked
from advisor.jobs import read_events
from advisor.specs import JobSpec, PilotTask


def interrupted(case: Case, task: PilotTask) -> Path | None:
    """The folder of what the newest pilot has finished, when it asked the same and did not reach its end."""
    newest = newest_pilot(case)
    if newest is None:
        return None
    before = pilot_of(newest)
    if before is None or question(before) != question(task):
        return None
    state = before.resume or newest / "state"
    done = any(isinstance(each, Done) for each in read_events(newest))
    return state if state.is_dir() and not done else None


def running_pilot(case: Case) -> Path | None:
    """The folder of a pilot of this case that a process is working on now."""
    newest = newest_pilot(case)
    return newest if newest is not None and is_locked(newest / "lock") else None


def newest_pilot(case: Case) -> Path | None:
    """The folder of the newest pilot of this case, whether it goes on or not."""
    return next(iter(pilot_folders(case)), None)


def pilot_folders(case: Case) -> list[Path]:
    """The folders of all pilots of this case, the newest first."""
    return sorted(case.runs.glob("*-pilot*"), reverse=True) if case.runs.is_dir() else []


def question(task: PilotTask) -> PilotTask:
    """A pilot without what may change while it is interrupted."""
    changing: dict[str, object] = {
        "resume": None,
        "full": None,
        "alert": None,
        "wandb_project": None,
        "foretold": {},
    }
    return task.model_copy(update=changing)


def pilot_of(run: Path) -> PilotTask | None:
    """What the pilot in the folder `run` was asked, None when that cannot be read."""
    try:
        task = JobSpec.model_validate_json((run / "spec.json").read_bytes()).task
    except (OSError, ValueError):
        return None
    return task if isinstance(task, PilotTask) else None
