"""Jobs in the application's hands: begun, listened to, concluded.

What a job is made of is imported inside the functions that need it, after the first paint.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from advisor.errors import AdvisorError
from advisor.text import one_line
from screens.state.live import Live, live_after
from screens.state.running import JobSaid, Running
from screens.state.simulation_keeper import SimulationKeeper
from screens.walk import Walk

if TYPE_CHECKING:
    from advisor.case import Case
    from advisor.events import Event
    from screens.state.desk import Desk

_STEP_OF = {
    "probe": "machine",
    "profile": "data",
    "pilot": "pilot",
    "export": "export",
    "simulate": "verdict",
    "preview": "data",
    "clean": "data",
}

LONG = 20.0
"""Seconds of a job that nobody watches to its end."""


class JobKeeper(SimulationKeeper):
    """One job at a time; what it says becomes facts of the case."""

    def __init__(self, case: "Case | None" = None, desk: "Desk | None" = None, walking: bool = False) -> None:
        super().__init__(case, desk)
        self.running = Running(self.post_message)
        self.walk = Walk(self, walking)

    def action_begin(self, action: str, afresh: bool = False) -> None:
        """Start a job because the user pressed its key."""
        self.begin(action, afresh)

    def begin(self, action: str, afresh: bool = False) -> None:
        """Start the job of an action, or say why it cannot start; `afresh` reads again what is known."""
        from advisor.specs import ExportTask, ProfileTask
        from advisor.tasks import spec_of, task_of

        if self.running.busy or self.running_step is not None:
            self.say("A job is running already", "Stop it with s first, or wait")
            return
        try:
            task = task_of(self.case, action, self.export_folder)
            if isinstance(task, ProfileTask) and afresh:
                task = task.model_copy(update={"cache": False})
            if isinstance(task, ExportTask):
                from advisor.export.all import check_folder

                check_folder(self.export_folder)
            spec = spec_of(self.case, task)
        except AdvisorError as error:
            self.say(error.message, error.do, fault=True)
            return
        except OSError as error:
            self.say(f"The job's folder cannot be made: {error.strerror}", "Look at the disk.", fault=True)
            return
        self.drop_simulation()
        self.forget_changes()
        self.live = Live(action, _STEP_OF[action], str(spec.folder))
        self.run_worker(self.running.follow(spec), group="job", exit_on_error=True)
        self.refresh_bindings()

    def watch_again(self) -> None:
        """Watch a pilot of this case that goes on without a window."""
        from advisor.resuming import running_pilot

        run = running_pilot(self.case)
        if run is None or self.running.busy:
            return
        self.walk.end()
        self.live = Live("pilot", "pilot", str(run))
        self.run_worker(self.running.watch(run), group="job", exit_on_error=True)
        self.say("The pilot of this case is running; you watch it again")
        self.refresh_bindings()

    def open_case(self, folder: Path) -> None:
        """Put this case away and open another; watch its pilot when one is running."""
        super().open_case(folder)
        self.watch_again()

    async def on_job_said(self, message: JobSaid) -> None:
        """Fold what the job said into the case and its progress."""
        from advisor.events import is_last
        from advisor.journey import absorb

        case, live = self.case, self.live
        for event in message.events:
            case = absorb(case, event, message.run)
            live = live_after(live, event) if live is not None else None
        self._ring(message.events)
        self._tell(message.events)
        self.case, self.live = case, live
        if is_last(message.events[-1]):
            self.run_worker(self._after(message.events[-1]), group="after")

    def _tell(self, events: "tuple[Event, ...]") -> None:
        """What a profile has to say besides its facts, which stand on the screen."""
        from advisor.events import Note

        for event in events:
            if isinstance(event, Note) and self.live is not None and self.live.job == "profile":
                self.say(event.text)

    def _ring(self, events: "tuple[Event, ...]") -> None:
        """A toast and the bell for alarms that this job has not raised before; several at once make one."""
        from advisor.events import AlarmRaised
        from heuristics.words import alarm_name

        known = self.case.pilot.alarms if self.case.pilot is not None else ()
        fresh = [each.alarm for each in events if isinstance(each, AlarmRaised) and each.alarm not in known]
        if not fresh:
            return
        first = fresh[0]
        more = f" And {len(fresh) - 1} more." if len(fresh) > 1 else ""
        words = f"{alarm_name(first.kind)} in {first.run}: {first.text}. {first.do}{more}"
        # Toasts on top of each other would hide the step; the alarm before stands in the list.
        self.clear_notifications()
        self.notify(one_line(words, 400), severity="warning", markup=False, timeout=12)
        self.bell()

    async def _after(self, last: "Event") -> None:
        """A job ended: draw the conclusions, save, tell the user, move on when walking."""
        from advisor.events import Done
        from advisor.residuals import remember

        done = self.live.job if isinstance(last, Done) and self.live is not None else ""
        if done == "export":
            await self._write_export()
        await self.settle()
        if done == "pilot":
            await asyncio.to_thread(remember, self.case)
        self.refresh_bindings()
        self.bell()
        self._tell_end(last)
        if done == "clean":
            self.use_copy()
        if isinstance(last, Done):
            self.walk.on()
        else:
            self.walk.end()

    def _tell_end(self, last: "Event") -> None:
        """A toast where the end of a job may go unnoticed: it took long, or another step is looked at."""
        from advisor import numbers
        from advisor.events import Done, Failed

        if self.live is None:
            return
        elsewhere = self.current_mode != self.live.step
        if isinstance(last, Done) and (elsewhere or last.seconds >= LONG):
            self.say(f"The {self.live.job} is done, in {numbers.duration(last.seconds)}")
        elif isinstance(last, Failed) and elsewhere and last.failure != "stopped":
            self.say(f"The {self.live.job} failed: {last.message}", last.do, fault=True)

    async def _write_export(self) -> None:
        from advisor.export.all import row_files, targets, write

        folder = self.export_folder
        try:
            names = [each.name for each in targets() if each.name not in self.export_left_out]
            written = await asyncio.to_thread(write, self.case, folder, names)
        except AdvisorError as error:
            self.say(error.message, error.do, fault=True)
            return
        rows = row_files(folder)
        self.case = self.case.but(exported=tuple(str(path) for path in (*written.files, *rows)))
        kept = (
            f"; older files are kept: {', '.join(path.name for path in written.kept)}" if written.kept else ""
        )
        self.say(f"{len(written.files) + len(rows)} files written{kept}", str(folder))

    @work(group="stop")
    async def action_stop_job(self) -> None:
        """Stop the running job; what it finished is kept."""
        self.walk.end()
        self.stop_simulation()
        await self.running.stop()
