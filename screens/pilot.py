"""Step 5: the small experiment: progress, curves, what was measured, alarms and samples."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from advisor.case import Case
from advisor.journey import findings_of
from screens.live import Curve, Live
from screens.pilot_rows import pilot_sections
from screens.rows import Row, Section, finding_rows, told
from screens.step_screen import StepScreen
from screens.widgets.plot import LossPlot

_PLOTTED = ("curve", "run-")


class PilotScreen(StepScreen):
    """Short training runs on this machine, watched."""

    STEP = "pilot"
    ABOUT = "Trains on a part of the data and measures what it gained.\nStopping keeps what is finished."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "app.begin('pilot')", "run pilot", tooltip="Run the pilot", id="pilot-run"),
    ]

    def extra(self) -> ComposeResult:
        """The loss curves."""
        yield LossPlot(id="plot")

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """The curve while it runs, then everything measured so far."""
        live = live if live is not None and live.job == "pilot" else None
        if case.pilot is None and live is None:
            return (finding_rows(findings_of(case, "pilot")), Section("Pilot", (_unknown(case),)))
        return pilot_sections(case, live, findings_of(case, "pilot"))

    def explain(self, row: Row) -> None:
        """Show the curves for a run, the words for everything else."""
        plotted = row.id.startswith(_PLOTTED)
        self.query_one("#side").set_class(plotted, "-with-plot")
        super().explain(row)
        if plotted:
            train, heldout = _curves(self.studio.case, self.studio.live, row.id)
            self.query_one("#plot", LossPlot).show(train, heldout)


def _curves(case: Case, live: Live | None, row_id: str) -> tuple[Curve, Curve]:
    runs = case.pilot.runs if case.pilot is not None else ()
    named = next((run for run in runs if row_id == f"run-{run.id}"), None)
    if named is None and live is not None and live.job == "pilot" and (live.train or live.heldout):
        return live.train, live.heldout
    chosen = named or (runs[-1] if runs else None)
    return (chosen.train_loss, chosen.heldout_loss) if chosen is not None else ((), ())


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
