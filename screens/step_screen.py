"""What the seven steps share: rail, verdict line, list, detail, progress and footer."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen

from advisor.case import Case
from advisor.standing import step_states, verdict_line
from screens.dialogs.edit import Edit
from screens.dialogs.failed import failed_section
from screens.following import following
from screens.rows.section import Row, Section
from screens.state.live import Live
from screens.studio import Studio
from screens.terminal.garbage import set_aside
from screens.widgets.job_line import JobLine
from screens.widgets.key_bar import KeyBar
from screens.widgets.plain_text import PlainText
from screens.widgets.rail import Rail
from screens.widgets.row_list import RowList

if TYPE_CHECKING:
    from advisor.events import Done, Failed

SMALLEST = (60, 16)


class StepScreen(Screen[None]):
    """One step: shows the case, turns keys into actions, keeps nothing itself."""

    STEP: ClassVar[str]
    ABOUT: ClassVar[str]
    """Two lines for help: what the step is for."""
    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "i",
            "whole",
            "all",
            tooltip="All about this row, uncut, with its source",
            id="whole",
        ),
        Binding("tab", "app.focus_next", "", show=False, tooltip="Go to the next part", id="focus-next"),
    ]

    _browsable = False
    """Whether rows stand behind the row that was explained last: only then do other keys work."""
    _told: "Done | Failed | None" = None
    """How the job ended whose failure the cursor was moved to."""

    _fitted: Size | None = None
    """The size that the step was laid out for last."""

    rail = getters.query_one("#rail", Rail)
    rows = getters.query_one("#rows", RowList)
    detail = getters.query_one("#detail-text", PlainText)
    job_line = getters.query_one("#job", JobLine)

    @property
    def studio(self) -> Studio:
        """The application, as far as a step may know it."""
        assert isinstance(self.app, Studio)
        return self.app

    @abstractmethod
    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """What this step shows of the case."""

    def extra(self) -> ComposeResult:
        """Widgets beside the detail; most steps have none."""
        yield from ()

    def compose(self) -> ComposeResult:
        """The same parts in the same places on every step."""
        yield Rail(id="rail")
        yield PlainText(id="verdict")
        yield PlainText(id="next")
        with Container(id="body"):
            yield RowList(id="rows")
            with Vertical(id="side"):
                yield from self.extra()
                with VerticalScroll(id="detail"):
                    yield PlainText(id="detail-text")
        small = f"This window is too small: at least {SMALLEST[0]} columns by {SMALLEST[1]} lines are needed."
        yield PlainText(small, id="too-small")
        yield JobLine(id="job")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Follow the case and the running job."""
        self.watch(self.app, "case", self._changed)
        self.watch(self.app, "live", self._changed)
        self.call_after_refresh(set_aside)

    def on_resize(self, event: Resize) -> None:
        """Lay a new size out once: Textual tells of it twice, and draws it before it knows how wide it is.

        While a corner is dragged, sizes that are past already are left out.
        """
        if event.size == self._fitted or event.size != self.app.size:
            event.prevent_default()
            return
        self._fitted = event.size
        width, height = event.size
        self.update_classes(
            {
                **_reached(width, self.app.HORIZONTAL_BREAKPOINTS or ()),
                **_reached(height, self.app.VERTICAL_BREAKPOINTS or ()),
            },
            animate=False,
        )
        self.fitted()

    def fitted(self) -> None:
        """The step knows its new size: steps that show other things in wide windows say so here."""

    def on_screen_resume(self) -> None:
        """Show what changed while another step was looked at."""
        self.show()

    def show(self) -> None:
        """Draw everything from the case."""
        case, live = self.studio.case, self.studio.live
        self.rail.show_states(step_states(case, self.studio.running_step), self.STEP)
        self.query_one("#verdict", PlainText).show(verdict_line(case, self.STEP))
        self.query_one("#next", PlainText).show(self._next_line())
        self.job_line.show_job(live)
        failed = failed_section(live, self.STEP)
        sections = self.sections(case, live)
        self.rows.show((failed, *sections))
        if live is not None and live.ended is not self._told:
            self._told = live.ended
            place = failed.rows[0].id if failed.rows else self.place_after(live, sections)
            if place:
                self.rows.go_to(place)

    def place_after(self, live: Live, sections: tuple[Section, ...]) -> str:
        """Id of the row that shows what a job has just given; "" leaves the cursor where it is."""
        return ""

    def _next_line(self) -> Content:
        """The next thing behind its key; what only the user can do has none."""
        if self.studio.running_step:
            return _keyed("s", "stops the running job; digits go on looking")
        proposed = following(self.studio.case, self.STEP)
        return _keyed("next" if proposed.action == "outside" else "ctrl+n", proposed.text)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Explain the row under the cursor."""
        self.explain(event.row)

    def explain(self, row: Row) -> None:
        """Show the detail of a row, and the keys that work on it."""
        self.detail.show(row.detail)
        if row.browsable != self._browsable:
            self._browsable = row.browsable
            self.refresh_bindings()

    @property
    def selected_words(self) -> str:
        """Everything that is said about the row under the cursor."""
        row = self.rows.row
        return "" if row is None else " ".join((row.label, row.value, row.note, self.detail.text))

    def action_whole(self) -> None:
        """Show all that is known about the row under the cursor."""
        from screens.dialogs.whole import Whole

        if self.rows.row is not None:
            self.app.push_screen(Whole(self.rows.row, self.selected_words))

    async def browse(self, row: Row, find: Callable[[], Sequence[int]]) -> None:
        """Show the rows of the data that stand behind a row; marks become part of the cleaning."""
        from advisor.rows.source import RowSource, browsable
        from screens.dialogs.browse import Browse
        from screens.rows.cleaning import with_marks

        case = self.studio.case
        if case.data is None:
            return
        if fault := browsable(case.data):
            self.studio.say(fault)
            return
        rows = Browse(row.label, RowSource(case.data), find(), frozenset(case.cleaning.marked))
        marked = await self.app.push_screen_wait(rows)
        if marked is not None and self.studio.may_write():
            self.studio.decide(with_marks(self.studio.case, marked))

    @work
    async def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Change the value of a row, when it has one to change."""
        if event.row.field is not None and self.studio.may_write():
            await self.change(event)

    async def change(self, event: RowList.Opened) -> None:
        """Ask for the new value and hand the changed case on."""
        assert event.row.field is not None
        changed = await self.app.push_screen_wait(Edit(self.studio.case, event.row.field, event.row.value))
        if changed is not None:
            self.studio.decide(changed)

    def _changed(self) -> None:
        if self.is_current:
            self.show()
            self.refresh_bindings()


def _reached(cells: int, breakpoints: Sequence[tuple[int, str]]) -> dict[str, bool]:
    """Which class of a direction holds: that of the largest breakpoint that is reached."""
    reached = max((each for each in breakpoints if each[0] <= cells), default=None)
    return {each[1]: each == reached for each in breakpoints}


def _keyed(key: str, what: str) -> Content:
    return Content.assemble((key, "bold $text-accent"), f"  {what}")
