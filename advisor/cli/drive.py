"""One job driven to its end: events narrated, facts kept, signals obeyed."""

import asyncio
import os
import shlex
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from advisor.case import Case, save
from advisor.cli.narrate import Narrator
from advisor.errors import AdvisorError
from advisor.events import Event, Failed, Started
from advisor.jobs import Job, start_job
from advisor.journey import absorb, settle
from advisor.residuals import remember
from advisor.specs import Task
from advisor.tasks import spec_of

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INPUT_FAULTS = ("bad_data", "bad_model", "no_space")


class JobFailed(AdvisorError):
    """A job ended without its facts."""

    def __init__(self, failed: Failed, log: str) -> None:
        super().__init__(failed.message, failed.do or f"See {log}")
        self.failed = failed

    @property
    def input_fault(self) -> bool:
        """True when the user's files are the reason, not the job."""
        return self.failed.failure in _INPUT_FAULTS


class Interrupted(AdvisorError):
    """A signal ended the command."""

    def __init__(self, number: int, folder: Path) -> None:
        super().__init__(
            "Stopped; what was finished is kept", f"Go on with: --case {shlex.quote(str(folder))}"
        )
        self.number = number


def drive(case: Case, task: Task, narrator: Narrator, offline: bool = False) -> Case:
    """The case after one job, saved; raises JobFailed or Interrupted, after saving what was found."""
    return asyncio.run(_drive(case, task, narrator, offline))


async def _drive(case: Case, task: Task, narrator: Narrator, offline: bool) -> Case:
    spec = spec_of(case, task, offline=offline)
    if task.job == "pilot":
        # Written beforehand, so that a pilot killed before its first word is still known to have begun.
        case = absorb(case, Started(job="pilot", pid=os.getpid(), time=""), spec.folder.name)
        save(case)
    job = await start_job(spec)
    caught = _obey_signals(job)
    last: Event | None = None
    try:
        async for event in job.events():
            narrator.hear(event)
            case = absorb(case, event, spec.folder.name)
            last = event
    finally:
        narrator.close()
        await job.stop()
        save(case)
    if caught:
        raise Interrupted(caught[0], case.folder)
    return concluded(case, last, spec.folder)


def concluded(case: Case, last: Event | None, folder: Path) -> Case:
    """The case with what follows from an ended job, saved; raises JobFailed."""
    if isinstance(last, Failed):
        raise JobFailed(last, str(folder / "log.txt"))
    case = settle(case)
    save(case)
    if folder.name == case.pilot_run:
        remember(case)
    return case


def call_at_signals(heed: Callable[[int], object]) -> list[int]:
    """Call `heed` at each signal that would end the command; the returned list holds their numbers."""
    loop = asyncio.get_running_loop()
    caught: list[int] = []

    def hear(number: int) -> None:
        caught.append(number)
        heed(number)

    for number in _SIGNALS:
        # Outside the main thread no handler can be set; the life line still ends the job.
        with suppress(ValueError, RuntimeError):
            loop.add_signal_handler(number, hear, number)
    return caught


def _obey_signals(job: Job) -> list[int]:
    """Stop the job at the first signal; the returned list then holds its number."""
    stopping: list[asyncio.Task[None]] = []

    def stop(_: int) -> None:
        if not stopping:
            stopping.append(asyncio.get_running_loop().create_task(job.stop()))

    return call_at_signals(stop)
