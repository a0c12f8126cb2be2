"""The pilot as a job: settles the surroundings, then runs the phases."""

import gc

from advisor.specs import JobSpec, PilotTask
from advisor.work.emit import Emitter
from advisor.work.pilot.progress import Progress
from advisor.work.pilot.surroundings import settle, use_threads


def pilot(spec: JobSpec, emitter: Emitter) -> None:
    """Run the small experiment; what it measured stands in the events, also when it is stopped half-way."""
    assert isinstance(spec.task, PilotTask)
    progress = Progress(emitter, spec.task.foretold)
    progress.steps(0, 1, "loading the libraries")
    settle(spec.folder)
    use_threads()
    # Imports torch, transformers and datasets, which read their settings from the environment at import.
    from advisor.work.pilot.phases import run_phases

    # What the libraries made at import lives as long as the job: looking through it for garbage at the end of
    # every training run took longer than the small runs themselves.
    gc.freeze()
    run_phases(spec, emitter, progress)
