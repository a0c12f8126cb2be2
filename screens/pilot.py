"""Step 5: the small experiment: progress, curves, what was measured, alarms and samples."""

import asyncio
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from advisor.case import Case
from advisor.compare import compared, newest_two
from advisor.errors import AdvisorError
from advisor.recording import pilots_of
from advisor.standing import findings_of
from heuristics.pilot.votes import to_vote_on
from screens.dialogs.beside import Beside
from screens.dialogs.vote import BlindVote
from screens.fields.pilot import option_rows
from screens.rows.pilot import PLOTTED, curves_of, pilot_sections
from screens.rows.section import Row, Section, finding_rows, told
from screens.state.live import Live
from screens.step_screen import StepScreen
from screens.widgets.plot import LossPlot


class PilotScreen(StepScreen):
    """Short training runs on this machine, watched."""

    STEP = "pilot"
    ABOUT = "Trains on a part of the data and measures what it gained.\nStopping keeps what is finished."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r",
            "app.begin('pilot')",
            "run",
            tooltip="Run the pilot, or go on where it was paused, stopped or killed",
            id="pilot-run",
        ),
        Binding("p", "pause", "pause", tooltip="Pause the pilot; r goes on where it was", id="pilot-pause"),
        Binding("v", "vote", "vote", tooltip="Choose blindly between both models' answers", id="pilot-vote"),
        Binding(
            "c", "compare", "compare", tooltip="Compare with the pilot before", id="pilot-compare", show=False
        ),
        Binding("b", "browse", "rows", tooltip="Browse the rows behind this line", id="pilot-browse"),
        Binding(
            "w",
            "replay",
            "replay",
            tooltip="Play a recorded pilot again, event by event",
            id="pilot-replay",
            show=False,
        ),
    ]

    def extra(self) -> ComposeResult:
        """The loss curves."""
        yield LossPlot(id="plot")

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """The curve while it runs, then everything measured so far."""
        live = live if live is not None and live.job == "pilot" else None
        if case.pilot is None and live is None:
            return (
                finding_rows(findings_of(case, "pilot")),
                Section("Pilot", (_unknown(case),)),
                option_rows(case),
            )
        return (*pilot_sections(case, live, findings_of(case, "pilot")), option_rows(case))

    def explain(self, row: Row) -> None:
        """Show the curves for a run, the words for everything else."""
        super().explain(row)
        live = self.studio.live
        live = live if live is not None and live.job == "pilot" else None
        train, heldout = curves_of(self.studio.case.pilot, live, row.id)
        side = self.query_one("#side")
        side.set_class(row.id.startswith(PLOTTED), "-with-plot")
        side.set_class(bool(train or heldout), "-has-curve")
        # A plot that is not seen costs its import and its drawing all the same.
        if side.has_class("-with-plot") or self.has_class("-wide"):
            self.query_one("#plot", LossPlot).show(train, heldout)

    def fitted(self) -> None:
        """A window that became wide shows the curve beside the words."""
        if self.rows.row is not None:
            self.explain(self.rows.row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rows are browsed where an alarm or a measurement names some."""
        if action == "browse":
            return bool(_lines_of(self.studio.case, self.rows.row)) if self.is_mounted else None
        if action == "vote":
            pilot = self.studio.case.pilot
            return True if pilot is not None and pilot.complete and to_vote_on(pilot.samples) else None
        if action == "pause":
            return True if self.studio.running_step == self.STEP else None
        return super().check_action(action, parameters)

    @work
    async def action_vote(self) -> None:
        """Ask which answer is better, without saying whose it is; the votes become evidence."""
        case = self.studio.case
        if case.pilot is None or case.plan is None or not self.studio.may_write():
            return
        samples = to_vote_on(case.pilot.samples)
        votes = await self.app.push_screen_wait(BlindVote(samples, case.plan.recipe.seed))
        pilot = self.studio.case.pilot
        if votes and pilot is not None:
            self.studio.decide(self.studio.case.but(pilot=replace(pilot, votes=votes)))

    @work
    async def action_compare(self) -> None:
        """Show the case's two newest finished pilots side by side."""
        try:
            earlier, now = await asyncio.to_thread(newest_two, self.studio.case)
        except AdvisorError as error:
            self.studio.say(error.message, error.do)
            return
        await self.app.push_screen_wait(Beside(earlier.name, now.name, compared(earlier, now)))

    @work
    async def action_replay(self) -> None:
        """Play the case's recorded pilots again."""
        from screens.dialogs.replay import Replay

        try:
            runs = await asyncio.to_thread(pilots_of, self.studio.case)
        except AdvisorError as error:
            self.studio.say(error.message, error.do)
            return
        await self.app.push_screen_wait(Replay(self.studio.case, runs))

    async def action_pause(self) -> None:
        """Stop the running pilot: what it finished and its newest checkpoint are where it goes on."""
        await self.app.run_action("stop_job")
        self.studio.say("Paused", "Press r to go on where it was, now or another day")

    @work
    async def action_browse(self) -> None:
        """Show the rows that the line under the cursor names."""
        row = self.rows.row
        lines = _lines_of(self.studio.case, row)
        if row is not None and lines:
            await self.browse(row, lambda: lines)


def _lines_of(case: Case, row: Row | None) -> tuple[int, ...]:
    """Line numbers of the data that stand behind a row of the list."""
    if case.pilot is None or row is None or not row.browsable:
        return ()
    kind, _, number = row.id.partition("-")
    match kind:
        case "finding":
            return findings_of(case, "pilot")[int(number.partition("-")[0])].rows
        case "alarm":
            return case.pilot.alarms[int(number)].rows
        case "outlier":
            return (case.pilot.outliers[int(number)].row,)
        case "memorised" if case.pilot.memorised is not None:
            return case.pilot.memorised.lines
    return ()


def _unknown(case: Case) -> Row:
    minutes = f"{case.goal.pilot_minutes:g} minutes"
    return Row(
        "unknown",
        "no pilot yet: press r",
        detail=told(
            f"The pilot takes at most {minutes} (step 3 changes that). It proves that the longest rows fit, "
            "scores the untouched model, trains, and scores again on test rows that no run has seen.",
            "You can look at the other steps while it runs; s stops it.",
        ),
    )
