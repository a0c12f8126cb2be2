"""A recorded pilot played again on a screen of its own; the case stays as it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from advisor import numbers
from advisor.case import Case
from advisor.recording import recording
from advisor.text import one_line
from screens.dialogs.replaying import SPEEDS, Moment, first_moment
from screens.rows.pilot import PLOTTED, curves_of, pilot_sections
from screens.widgets.job_line import JobLine
from screens.widgets.key_bar import KeyBar
from screens.widgets.plain_text import PlainText
from screens.widgets.plot import LossPlot
from screens.widgets.row_list import RowList
from screens.words import muted

_TICK = 0.25
"""Seconds between two looks at the clock while it plays."""


class Replay(ModalScreen[None]):
    """Plays, stops, and goes event by event; another key takes the pilot before."""

    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "play", tooltip="Play, or stand still", id="replay-play"),
        Binding("full_stop", "step(1)", "event", key_display=".", tooltip="One event on", id="replay-on"),
        Binding("comma", "step(-1)", "back", key_display=",", tooltip="One event back", id="replay-back"),
        Binding("n", "fact", "fact", tooltip="On to the next fact", id="replay-fact"),
        Binding("plus", "speed(1)", "faster", key_display="+", tooltip="Play faster", id="replay-faster"),
        Binding("minus", "speed(-1)", "slower", key_display="-", tooltip="Play slower", id="replay-slower"),
        Binding(
            "o", "other", "older", tooltip="The pilot before; after the oldest, the newest", id="replay-other"
        ),
        Binding("tab", "app.focus_next", "", show=False, tooltip="Go to the next part", id="replay-focus"),
        Binding("escape,w,q", "dismiss(None)", "leave", tooltip="Back to the pilot", id="replay-leave"),
    ]

    rows = getters.query_one("#rows", RowList)

    def __init__(self, case: Case, runs: Sequence[Path]) -> None:
        super().__init__()
        self._case, self._runs, self._run = case, runs, 0
        self._moment: Moment | None = None
        self._clock, self._playing, self._speed = 0.0, False, 1

    def compose(self) -> ComposeResult:
        """As the Pilot step, with the place in the recording above."""
        yield PlainText(id="replay-title")
        yield PlainText(id="replay-place")
        with Container(id="body"):
            yield RowList(id="rows")
            with Vertical(id="side"):
                yield LossPlot(id="plot")
                with VerticalScroll(id="detail"):
                    yield PlainText(id="detail-text")
        yield JobLine(id="job")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Read the newest recording."""
        self.set_interval(_TICK, self._tick)
        self._read()

    @work(thread=True, exclusive=True)
    def _read(self) -> None:
        read = recording(self._runs[self._run])
        self.app.call_from_thread(self._go, first_moment(read))

    def _tick(self) -> None:
        if self._playing and self._moment is not None:
            self._clock += _TICK * SPEEDS[self._speed]
            said = self._moment.recording.said_by(self._clock)
            self._playing = said < len(self._moment.recording.events)
            self._show(self._moment.at(said))

    def _go(self, moment: Moment) -> None:
        """Stand at this moment; playing goes on from here."""
        self._clock = moment.seconds
        self._show(moment)

    def _show(self, moment: Moment) -> None:
        self._moment = moment
        # A plan that was made later predicted nothing for an older pilot.
        plan = self._case.plan if moment.recording.run == self._case.pilot_run else None
        case = self._case.but(pilot=moment.pilot, plan=plan)
        self.query_one("#replay-title", PlainText).show(self._title(moment))
        self.query_one("#replay-place", PlainText).show(self._place(moment))
        self.query_one("#job", JobLine).show_job(moment.live)
        self.rows.show(pilot_sections(case, moment.live, ()))

    def _title(self, moment: Moment) -> Content:
        which = f", {self._run + 1} of {len(self._runs)}" if len(self._runs) > 1 else ""
        return Content.styled(f"Replay of {one_line(moment.recording.run, 60)}{which}", "bold $text-primary")

    def _place(self, moment: Moment) -> Content:
        all_events, whole = len(moment.recording.events), moment.recording.times[-1:] or (0.0,)
        times = SPEEDS[self._speed]
        pace = f"{times} times as fast" if times > 1 else "at its own pace"
        playing = f"playing {pace}" if self._playing else "standing"
        width = len(f"{all_events:,}")
        return muted(
            f"event {moment.place:>{width},} of {all_events:,}, {numbers.duration(self._clock)} of "
            f"{numbers.duration(whole[0])}, {playing}: {moment.newest}"
        )

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """The words of the row, and its curve."""
        event.stop()
        if self._moment is None:
            return
        self.query_one("#detail-text", PlainText).show(event.row.detail)
        train, heldout = curves_of(self._moment.pilot, self._moment.live, event.row.id)
        side = self.query_one("#side")
        side.set_class(event.row.id.startswith(PLOTTED), "-with-plot")
        side.set_class(bool(train or heldout), "-has-curve")
        self.query_one("#plot", LossPlot).show(train, heldout)

    def action_play(self) -> None:
        """Play from here, from the start when it is over; or stand still."""
        if self._moment is None:
            return
        if self._moment.over:
            self._go(self._moment.at(0))
        self._playing = not self._playing
        self._show(self._moment)

    def action_step(self, by: int) -> None:
        """One event on or back."""
        self._playing = False
        if self._moment is not None:
            self._go(self._moment.at(self._moment.place + by))

    def action_fact(self) -> None:
        """On to the next event that is more than progress."""
        if self._moment is not None:
            self._go(self._moment.next_fact())

    def action_speed(self, by: int) -> None:
        """Faster or slower."""
        self._speed = max(0, min(len(SPEEDS) - 1, self._speed + by))
        if self._moment is not None:
            self._show(self._moment)

    def action_other(self) -> None:
        """The pilot before this one."""
        self._playing = False
        self._run = (self._run + 1) % len(self._runs)
        self._read()
