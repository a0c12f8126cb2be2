"""The loss curves, drawn at most once a second."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container

from screens.state.live import Curve, thinned
from screens.widgets.plain_text import PlainText

if TYPE_CHECKING:
    from textual_plotext import PlotextPlot

POINTS = 200
"""Points drawn of one curve: two for each cell of a wide plot."""
REDRAW = 1.0
"""Seconds between two drawings: a plot costs 7 KB on the line each time."""


class LossPlot(Container):
    """Training and held-out loss over steps, with a line that says the same in words."""

    DEFAULT_CSS = """
    LossPlot { height: 1fr; min-height: 6; }
    LossPlot PlainText { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._curves: tuple[Curve, Curve] = ((), ())
        self._plot: PlotextPlot | None = None
        self._pending = False

    def compose(self) -> ComposeResult:
        """Words first; the picture comes when there is something to draw."""
        yield PlainText("No loss yet", id="plot-words")

    def show(self, train: Curve, heldout: Curve) -> None:
        """Take new curves; they are drawn within a second."""
        if (train, heldout) == self._curves:
            return
        self._curves = (train, heldout)
        self.query_one("#plot-words", PlainText).show(_words(train, heldout))
        if not self._pending:
            self._pending = True
            self.set_timer(REDRAW if self._plot is not None else 0.01, self._draw)

    async def _draw(self) -> None:
        if self._plot is None and any(self._curves):
            # plotext costs 0.13 s to import: a start without a plot does not pay it, nor a key meanwhile.
            await asyncio.to_thread(import_module, "textual_plotext")
        self._pending = False
        train, heldout = self._curves
        if not train and not heldout:
            if self._plot is not None:
                # The picture of an earlier run would pass for this one's.
                self._plot.display = False
            return
        if self._plot is None:
            from textual_plotext import PlotextPlot

            self._plot = PlotextPlot()
            self.mount(self._plot)
        self._plot.display = True
        plt = self._plot.plt
        plt.clear_figure()
        if train:
            steps, losses = zip(*thinned(train, POINTS), strict=True)
            plt.plot(steps, losses, label="training", marker="braille")
        if heldout:
            steps, losses = zip(*thinned(heldout, POINTS), strict=True)
            plt.scatter(steps, losses, label="held-out", marker="x")
        last = max(curve[-1][0] for curve in (train, heldout) if curve)
        ticks = sorted({round(last * part / 4) for part in range(5)})
        plt.xticks(ticks, [f"{tick:,}" for tick in ticks])
        self._plot.refresh()


def _words(train: Curve, heldout: Curve) -> str:
    said = [
        f"{name} {curve[0][1]:.3f} to {curve[-1][1]:.3f}"
        for name, curve in (("training", train), ("held-out (x)", heldout))
        if curve
    ]
    if not said:
        return "No loss yet"
    last = max(curve[-1][0] for curve in (train, heldout) if curve)
    return f"Loss in nats: {', '.join(said)}, step {last:,}"
