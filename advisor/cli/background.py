"""Pilots that go on without the command that began them: begun, watched, ended."""

import asyncio
import shlex
import signal
from pathlib import Path

from advisor.case import Case, save
from advisor.cli.drive import Interrupted, JobFailed, call_at_signals, concluded
from advisor.cli.narrate import Narrator
from advisor.errors import BadInput
from advisor.events import Done, Event, Failed
from advisor.jobs import Job, read_events, start_job
from advisor.journey import absorb, recover
from advisor.resuming import newest_pilot, running_pilot
from advisor.specs import Task
from advisor.tasks import spec_of


class Unwatched(Interrupted):
    """A signal ended the watching of a job that goes on."""

    def __init__(self, number: int, folder: Path) -> None:
        super().__init__(number, folder)
        self.message = "You no longer watch it; it goes on"
        self.do = f"Watch it again: advisor pilot --attach --case {shlex.quote(str(folder))}"


def running(case: Case) -> Path:
    """The folder of the pilot that goes on; raises BadInput when there is none."""
    run = running_pilot(case)
    if run is None:
        raise BadInput("No pilot of this case is running", _how_to_begin(case))
    return run


def to_watch(case: Case, narrator: Narrator) -> Path:
    """The folder of the pilot that goes on, or that reached its end while nobody watched; raises BadInput."""
    newest = newest_pilot(case)
    if newest is None or running_pilot(case) is not None:
        return running(case)
    events = read_events(newest)
    if not events or not isinstance(events[-1], Done):
        return running(case)
    narrator.say("it has ended already; this is what it found")
    return newest


def _how_to_begin(case: Case) -> str:
    """What to do when nothing runs; a pilot that was killed is not lost."""
    pilot = recover(case).pilot
    if pilot is not None and not pilot.complete:
        return (
            "The last one did not end; begun as before it goes on where it was: advisor pilot FILE --detach"
        )
    return "Begin one: advisor pilot FILE --detach"


def let_go(case: Case, task: Task, narrator: Narrator, offline: bool = False) -> Case:
    """The case whose job was begun and goes on by itself; raises JobFailed when it could not begin."""
    return asyncio.run(_let_go(case, task, narrator, offline))


async def _let_go(case: Case, task: Task, narrator: Narrator, offline: bool) -> Case:
    spec = spec_of(case, task, "none", offline)
    job = await start_job(spec)
    first = await anext(job.events())
    if isinstance(first, Failed):
        raise JobFailed(first, str(spec.folder / "log.txt"))
    case = absorb(case, first, spec.folder.name)
    save(case)
    narrator.say(f"the {task.job} goes on by itself in {spec.folder}")
    return case


def watch(case: Case, run: Path, narrator: Narrator) -> Case:
    """The case after a job that another process began, narrated from now on; a signal ends the watching
    alone."""
    return asyncio.run(_watch(case, run, narrator))


async def _watch(case: Case, run: Path, narrator: Narrator) -> Case:
    known = len(read_events(run))
    watching = asyncio.create_task(_hear(case, Job(run), known, narrator))
    caught = call_at_signals(lambda _: watching.cancel())
    try:
        case, last = await watching
    except asyncio.CancelledError:
        raise Unwatched(caught[0] if caught else signal.SIGINT, case.folder) from None
    finally:
        narrator.close()
    save(case)
    return concluded(case, last, run)


async def _hear(case: Case, job: Job, known: int, narrator: Narrator) -> tuple[Case, Event | None]:
    """The case after all events of a job, of which the first `known` are not told again."""
    seen, last = 0, None
    async for event in job.events():
        seen, last = seen + 1, event
        case = absorb(case, event, job.folder.name)
        if seen > known:
            narrator.hear(event)
    return case, last


def end(case: Case) -> Case:
    """The case after its running pilot was asked to end; what it finished is kept. Raises BadInput."""
    asyncio.run(Job(running(case)).stop())
    case = recover(case)
    save(case)
    return case
