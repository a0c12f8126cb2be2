"""The application: seven steps, one case, one job at a time."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from advisor.case import Case, save
from advisor.cli.asked import Asked
from advisor.errors import AdvisorError
from advisor.events import Done, Event, is_last
from advisor.journey import STEPS, absorb, next_of, settle, spec_of, task_of
from advisor.specs import ExportTask, Task
from advisor.text import one_line
from screens.changes import loses_evidence, without_stale
from screens.commands import Commands
from screens.confirm import Confirm
from screens.desk import Desk
from screens.live import Live, live_after
from screens.running import JobSaid, Running
from screens.studio import Studio
from screens.themes import THEMES
from screens.walk import Walk

_STEP_OF = {"probe": "machine", "profile": "data", "pilot": "pilot", "export": "export"}
_GO = Binding.Group("step", compact=True)


def _screen(step: str) -> Callable[[], Screen[None]]:
    """Makes the screen of a step on its first visit: no step pays for the others."""

    def make() -> Screen[None]:
        screen: Screen[None] = getattr(import_module(f"screens.{step}"), f"{step.capitalize()}Screen")()
        return screen

    return make


class AdvisorApp(Studio):
    """Turns keys into actions, and what jobs say into the case."""

    TITLE = "Fine-tuning Advisor"
    CSS_PATH = "app.tcss"
    MODES: ClassVar[dict[str, Callable[[], Screen[None]]]] = {step: _screen(step) for step in STEPS}  # type: ignore[assignment]
    DEFAULT_MODE = "machine"
    COMMANDS: ClassVar[set[type[Commands]]] = {Commands}  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"go('{step}')", step, tooltip=f"Go to {step}", id=f"go-{step}", group=_GO)
            for number, step in enumerate(STEPS, 1)
        ),
        Binding("ctrl+n", "next", "next", tooltip="Do the next recommended thing", id="next"),
        Binding("s", "stop_job", "stop", tooltip="Stop the running job", id="stop"),
        Binding("question_mark", "help", "help", key_display="?", tooltip="Help on this step", id="help"),
        Binding("q", "quit", "quit", tooltip="Leave; a running job is stopped first", id="quit"),
        Binding("ctrl+q", "quit_now", "quit", show=False, tooltip="Leave without asking", id="quit-now"),
    ]

    def __init__(self, case: Case, desk: Desk | None = None, walking: bool = False) -> None:
        super().__init__()
        self.desk = desk or Desk()
        self.running = Running(self.post_message)
        self.walk = Walk(self, walking)
        self._task: Task | None = None
        self.set_reactive(Studio.case, case)
        self.set_reactive(Studio.export_folder, case.folder / "export")
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        if "TEXTUAL_THEME" not in os.environ:
            self.theme = THEMES[0].name

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Themes that stay readable: with NO_COLOR the terminal's own colours would be black on black."""
        themes = super().available_themes
        return {name: theme for name, theme in themes.items() if not (self.no_color and theme.ansi)}

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """None: the palette's commands are our own."""
        return ()

    def on_mount(self) -> None:
        """Leave in order when told to from outside."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._leave_for, number)
        self.call_after_refresh(self.walk.on)

    # Moving

    def go(self, step: str) -> None:
        """Show a step."""
        self.switch_mode(step)

    def action_go(self, step: str) -> None:
        """Show a step because the user pressed its key; the demo stops moving by itself."""
        self.walk.end()
        self.go(step)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what makes no sense now."""
        if action == "stop_job":
            return True if self.running.busy else None
        return True

    async def action_next(self) -> None:
        """Do the next recommended thing: go there, or do it when already there."""
        following = next_of(self.case)
        match following.action:
            case "probe" | "profile" | "pilot":
                self.go(following.step)
                self.begin(following.action)
            case "choose_data":
                await self.switch_mode("data")
                await self.screen.run_action("choose")
            case "confirm_goal" if self.current_mode == "goal":
                self.action_confirm_goal()
            case "export" if self.current_mode == "export":
                self.begin("export")
            case "export" if self.current_mode != "verdict":
                self.go("verdict")
            case _:
                self.go(following.step)

    def action_help(self) -> None:
        """Help on the step that is looked at."""
        from screens.help import Help
        from screens.step_screen import StepScreen

        if isinstance(self.screen, StepScreen):
            keys = {
                each.binding.action: (self.get_key_display(each.binding), each.binding.tooltip)
                for each in self.screen.active_bindings.values()
                if each.binding.tooltip
            }
            self.push_screen(Help(self.screen.STEP.capitalize(), self.screen.ABOUT, list(keys.values())))

    # Changing the case

    def may_write(self) -> bool:
        """True when no job would be contradicted by a change."""
        if self.running_step == "pilot":
            self.say("The pilot is running with these settings", "Stop it with s first, or wait")
            return False
        return True

    @work
    async def decide(self, case: Case) -> None:
        """Take a case that the user changed."""
        before = self.case
        question = "The pilot was run with other settings; its evidence will be dropped. Change it anyway?"
        if loses_evidence(before, case) and not await self.push_screen_wait(Confirm(question)):
            return
        self.case = without_stale(before, case)
        await self._settle()

    def action_confirm_goal(self) -> None:
        """Take all answers about the goal as they stand."""
        self.decide(self.case.but(goal_confirmed=True))

    def open_data(self, path: Path) -> None:
        """Make another data file the one under study, and profile it."""
        changed = self.case.but(data_path=str(path), columns=None, goal_confirmed=False)
        self.case = without_stale(self.case, changed)
        self.begin("profile")

    def open_test(self, path: Path) -> None:
        """Use the user's own test rows."""
        self.case = without_stale(self.case, self.case.but(eval_path=str(path)))
        self.begin("profile")

    def open_case(self, folder: Path) -> None:
        """Put this case away and open another."""
        if self.running.busy:
            self.say("A job is running", "Stop it with s first, or wait")
            return
        try:
            self.case = self.desk.open(Asked("verdict", case=folder))
        except AdvisorError as error:
            self.say(error.message, error.do, fault=True)
            return
        self.live = None
        self.export_folder = self.case.folder / "export"

    async def _settle(self) -> None:
        """Work out what follows from the case beside the terminal, then save it."""
        while True:
            before = self.case
            try:
                after = await asyncio.to_thread(settle, before)
            except AdvisorError as error:
                self.say(error.message, error.do, fault=True)
                break
            if self.case is before:
                self.case = after
                break
        self._save()

    def _save(self) -> None:
        try:
            save(self.case)
        except AdvisorError as error:
            self.say(error.message, error.do, fault=True)
        except OSError as error:
            self.say(f"The case could not be saved: {error.strerror}", "Look at the disk.", fault=True)

    # Jobs

    def action_begin(self, action: str) -> None:
        """Start a job because the user pressed its key."""
        self.begin(action)

    def begin(self, action: str) -> None:
        """Start the job of an action, or say why it cannot start."""
        if self.running.busy:
            self.say("A job is running already", "Stop it with s first, or wait")
            return
        try:
            task = task_of(self.case, action)
            if isinstance(task, ExportTask):
                from advisor.export.all import check_folder

                check_folder(self.export_folder)
                task = task.model_copy(update={"target": self.export_folder / "data"})
            spec = spec_of(self.case, task)
        except AdvisorError as error:
            self.say(error.message, error.do, fault=True)
            return
        except OSError as error:
            self.say(f"The job's folder cannot be made: {error.strerror}", "Look at the disk.", fault=True)
            return
        self._task = task
        self.live = Live(action, _STEP_OF[action], str(spec.folder))
        self.run_worker(self.running.follow(spec), group="job", exit_on_error=True)
        self.refresh_bindings()

    async def on_job_said(self, message: JobSaid) -> None:
        """Fold what the job said into the case and its progress."""
        case, live = self.case, self.live
        for event in message.events:
            case = absorb(case, event, message.run)
            live = live_after(live, event) if live is not None else None
        self.case, self.live = case, live
        if is_last(message.events[-1]):
            self.run_worker(self._after(message.events[-1]), group="after")

    async def _after(self, last: Event) -> None:
        """A job ended: draw the conclusions, save, tell the user, move on when walking."""
        task = self._task
        if isinstance(last, Done) and isinstance(task, ExportTask):
            await self._write_export()
        await self._settle()
        self.refresh_bindings()
        self.bell()
        self.walk.on() if isinstance(last, Done) else self.walk.end()

    async def _write_export(self) -> None:
        from advisor.export.all import write

        folder = self.export_folder
        try:
            written = await asyncio.to_thread(write, self.case, folder)
        except AdvisorError as error:
            self.say(error.message, error.do, fault=True)
            return
        rows = sorted((folder / "data").glob("*.jsonl"))
        self.case = self.case.but(exported=tuple(str(path) for path in (*written.files, *rows)))
        kept = (
            f"; older files are kept: {', '.join(path.name for path in written.kept)}" if written.kept else ""
        )
        self.say(f"{len(written.files) + len(rows)} files written{kept}", str(folder))

    @work(group="stop")
    async def action_stop_job(self) -> None:
        """Stop the running job; what it finished is kept."""
        self.walk.end()
        await self.running.stop()

    # Leaving

    @work(group="quit", exclusive=True)
    async def action_quit(self) -> None:
        """Leave; ask first when a job is running."""
        if self.running.busy:
            job = self.live.job if self.live is not None else "job"
            question = f"The {job} is running. Stop it and leave? What it finished is kept."
            if not await self.push_screen_wait(Confirm(question)):
                return
        await self._leave(0)

    @work(group="quit", exclusive=True)
    async def action_quit_now(self) -> None:
        """Leave without asking."""
        await self._leave(0)

    async def _leave(self, code: int) -> None:
        if self.running.busy:
            await self.running.stop()
            await self.workers.wait_for_complete([worker for worker in self.workers if worker.group == "job"])
            await asyncio.sleep(0)
        self._save()
        self.exit(return_code=code)

    def _leave_for(self, number: int) -> None:
        """A signal: no time to wait; the job's life line ends it."""
        self.exit(return_code=128 + number)

    # Telling

    def say(self, words: str, do: str = "", fault: bool = False) -> None:
        """One line for a person, gone after a moment."""
        text = one_line(f"{words}. {do}" if do else words, 400)
        self.notify(text, severity="error" if fault else "information", markup=False)

    def action_picture(self) -> None:
        """Save what is seen as an SVG file in the case's folder."""
        try:
            path = self.save_screenshot(path=str(self.case.folder))
        except OSError as error:
            self.say(f"The picture could not be saved: {error.strerror}", fault=True)
            return
        self.say("Picture saved", path)
