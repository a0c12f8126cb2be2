"""The one job that the terminal runs: started, followed without blocking, stopped."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.events import Event
    from advisor.jobs import Job
    from advisor.specs import JobSpec

FLUSH = 0.25
"""Seconds for which events are gathered before the screens hear of them: four looks a second."""


@dataclass
class JobSaid(Message):
    """Events of the running job, in order; a burst arrives as one message."""

    run: str
    """Name of the run's folder."""
    events: "tuple[Event, ...]"


class Running:
    """Owns at most one job; posts what it says."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        self._post = post
        self._job: Job | None = None
        self._run = ""
        self._waiting: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> bool:
        """True from the start of a job until its last event was posted."""
        return bool(self._run)

    async def follow(self, spec: "JobSpec") -> None:
        """Start the job and post its events until the last one."""
        # Jobs and events are imported after the first paint.
        from advisor.jobs import start_job

        await self._hear_all(spec.folder, start_job(spec))

    async def watch(self, folder: Path) -> None:
        """Post the events of a job that another process began, from the first to the last one."""
        from advisor.jobs import Job

        async def begun() -> Job:
            return Job(folder)

        await self._hear_all(folder, begun())

    def let_go(self) -> None:
        """Let the job go on when this process ends."""
        if self._job is not None:
            self._job.let_go()

    async def _hear_all(self, folder: Path, begun: "Awaitable[Job]") -> None:
        from advisor.events import Failed

        self._run = folder.name
        job: Job | None = None
        try:
            job = self._job = await begun
            async for event in self._job.events():
                self.hear(event)
        except OSError as error:
            self.hear(Failed(failure="crashed", message=f"The job could not start: {error.strerror}"))
        except AdvisorError as error:
            self.hear(Failed(failure="crashed", message=error.message, do=error.do))
        finally:
            self._flush()
            self._job, self._run = None, ""
        if job is not None:
            await job.close()

    def hear(self, event: "Event") -> None:
        """Take one event; it is posted within a moment, the last one at once."""
        from advisor.events import is_last

        self._waiting.append(event)
        if is_last(event):
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH, self._flush)

    async def stop(self) -> None:
        """Ask the job to end; returns when it wrote its last event."""
        if self._job is not None:
            await self._job.stop()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            events, self._waiting = tuple(self._waiting), []
            self._post(JobSaid(self._run, events))
