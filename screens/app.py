"""The application: seven steps, one case, one job at a time."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.events import Resize
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from advisor.glyphs import user_draws_unicode
from advisor.steps import STEPS
from screens.dialogs.leave import Leave
from screens.following import following
from screens.state.job_keeper import JobKeeper
from screens.step_classes import step_class
from screens.terminal.dragging import Dragging
from screens.terminal.filters import AsciiOnly, Harmless
from screens.terminal.garbage import take_back
from screens.terminal.window_title import WindowTitle
from screens.themes import THEMES

if TYPE_CHECKING:
    from advisor.case import Case
    from screens.state.desk import Desk

_PATIENCE = 40
"""Twentieths of a second."""
_LAST_RESORT = 3.0
"""Seconds that an orderly end may take after a signal."""
_GO = Binding.Group("step", compact=True)


def _screen(step: str) -> Screen[None]:
    """The screen of a step, made on its first visit."""
    return step_class(step)()


def _commands() -> type[Provider]:
    """The palette's commands, imported when it is opened first."""
    from screens.commands import Commands

    return Commands


class AdvisorApp(JobKeeper):
    """Turns keys into actions and shows the steps."""

    TITLE = "Fine-tuning Advisor"
    CSS_PATH = "app.tcss"
    MODES: ClassVar[dict[str, Callable[[], Screen[None]]]] = {  # type: ignore[assignment]
        step: partial(_screen, step) for step in STEPS
    }
    DEFAULT_MODE = STEPS[0]
    # Textual declares these two without ClassVar.
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-tall")]  # noqa: RUF012
    COMMANDS: ClassVar[set[Callable[[], type[Provider]]]] = {_commands}  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"go('{step}')", step, tooltip=f"Go to {step}", id=f"go-{step}", group=_GO)
            for number, step in enumerate(STEPS, 1)
        ),
        Binding("ctrl+n", "next", "next", tooltip="Do the next recommended thing", id="next"),
        Binding("s", "stop_job", "stop", tooltip="Stop the running job", id="stop"),
        Binding("u", "undo", "undo", tooltip="Take back the last change", id="undo"),
        Binding("question_mark", "help", "help", key_display="?", tooltip="Help on this step", id="help"),
        Binding("q", "quit", "quit", tooltip="Leave; a running job is asked about first", id="quit"),
        Binding(
            "ctrl+q",
            "quit_now",
            "quit",
            show=False,
            priority=True,
            tooltip="Leave without asking, from a dialog too",
            id="quit-now",
        ),
    ]

    def __init__(self, case: "Case | None" = None, desk: "Desk | None" = None, walking: bool = False) -> None:
        # Textual takes NO_COLOR out of the environment, and asks for the themes before it says so.
        self._monochrome = "NO_COLOR" in os.environ
        self.last_looks: tuple[LineFilter, ...] = (
            (Harmless(),) if user_draws_unicode() else (Harmless(), AsciiOnly())
        )
        super().__init__(case, desk, walking)
        self._dragging = Dragging(self.set_timer, self.post_message)
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        if "TEXTUAL_THEME" not in os.environ:
            self.theme = THEMES[0].name

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line passes before it is written."""
        return [*super().get_line_filters(), *self.last_looks]

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Themes that stay readable: with NO_COLOR the terminal's own colours would be black on black."""
        themes = super().available_themes
        if not self._monochrome:
            return themes
        return {name: theme for name, theme in themes.items() if not theme.ansi}

    def delay_update(self, delay: float = 0.0) -> None:
        """No wait: Textual would hold the paint back for 50 ms; our steps are whole when they are shown."""

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """None: the palette's commands are our own."""
        return ()

    def on_mount(self) -> None:
        """Leave in order when told to from outside."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.leave_for, number)
        self.window_title = WindowTitle(self._to_terminal, os.environ)
        self.call_after_refresh(self.begin_walk)

    def begin_walk(self) -> None:
        """After the first paint: name the window, and let the demo take its first step."""
        for name in ("case", "live"):
            self.watch(self, name, self._name_window)
        self.tell_lost()
        self.watch_again()
        self.walk.on()

    def on_resize(self, event: Resize) -> None:
        """Lay out a few times a second while the window is dragged to another size."""
        if self._dragging.holds(event):
            event.prevent_default()

    def on_unmount(self) -> None:
        """Give the window its title back."""
        self.window_title.give_back()
        take_back()

    def _name_window(self) -> None:
        self.window_title.show(self.case, self.live)

    def _to_terminal(self, sequence: str) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

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
            return True if self.running_step or self.simulating else None
        if action == "undo":
            return self.can_undo
        return True

    async def action_next(self) -> None:
        """Do the next recommended thing: go there, or do it when already there."""
        proposed = following(self.case, self.current_mode)
        match proposed.action:
            case "probe" | "profile" | "pilot":
                self.go(proposed.step)
                self.begin(proposed.action)
            case "choose_data":
                await self.switch_mode("data")
                await self.screen.run_action("choose")
            case "choose_model":
                await self.switch_mode("plan")
                await self.screen.run_action("change_model")
            case "confirm_goal" if self.current_mode == "goal":
                self.action_confirm_goal()
            case "export" if self.current_mode == "export":
                self.begin("export")
            case "outside":
                self.go(proposed.step)
                self.say(proposed.text)
            case _:
                self.go(proposed.step)

    def action_help(self) -> None:
        """Help on the step that is looked at."""
        from screens.dialogs.help import Help
        from screens.step_screen import StepScreen

        if isinstance(self.screen, StepScreen):
            keys: dict[str, tuple[str, str]] = {}
            for each in self.screen.active_bindings.values():
                if each.binding.tooltip:
                    keys.setdefault(
                        each.binding.action, (self.get_key_display(each.binding), each.binding.tooltip)
                    )
            step = self.screen
            self.push_screen(
                Help(step.STEP.capitalize(), step.ABOUT, list(keys.values()), step.selected_words)
            )

    # Leaving

    async def action_quit(self) -> None:
        """Leave; ask first when a job is running."""
        self._quit()

    @work(group="quit", exclusive=True)
    async def _quit(self) -> None:
        if self.running.busy:
            job = self.live.job if self.live is not None else "job"
            answer = await self.push_screen_wait(Leave(job, may_go_on=job == "pilot"))
            if answer == "stay":
                return
            if answer == "go on":
                self.running.let_go()
                self.save()
                self.exit(return_code=0)
                return
        await self._leave(0)

    @work(group="quit", exclusive=True)
    async def action_quit_now(self) -> None:
        """Leave without asking."""
        await self._leave(0)

    async def _leave(self, code: int) -> None:
        if self.running.busy:
            await self.running.stop()
            # Of an empty list Textual makes all workers, this one included.
            if jobs := [worker for worker in self.workers if worker.group == "job"]:
                await self.workers.wait_for_complete(jobs)
            await self._heard()
        self.save()
        self.exit(return_code=code)

    async def _heard(self) -> None:
        """Give the last words of a stopped job a moment to arrive, so that they are saved with the case."""
        for _ in range(_PATIENCE):
            if self.running_step is None:
                return
            await asyncio.sleep(0.05)

    def leave_for(self, number: int) -> None:
        """A signal: no time to wait; the job's life line ends it."""
        self.exit(return_code=128 + number)
        self.end_at_last(number)

    def end_at_last(self, number: int) -> None:
        """End even if an orderly end never comes: the terminal may be gone, and the thread that writes to it
        dead; closing it then waits for ever."""
        last_resort = threading.Timer(_LAST_RESORT, os._exit, (128 + number,))
        last_resort.daemon = True
        last_resort.start()

    def action_picture(self) -> None:
        """Save what is seen as an SVG file in the case's folder."""
        try:
            path = self.save_screenshot(path=str(self.case.folder))
        except OSError as error:
            self.say(f"The picture could not be saved: {error.strerror}", fault=True)
            return
        self.say("Picture saved", path)
