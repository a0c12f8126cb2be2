"""One line on the running job: phase, bar, time left."""

from textual.content import Content

from advisor import numbers
from advisor.events import Failed, Step
from advisor.text import one_line
from screens.rows.pictures import bar
from screens.state.live import Live
from screens.widgets.plain_text import PlainText

_BAR, _SHORT_BAR = 16, 8
"""Cells of the bar, and of that in a narrow window, so that the time left is never cut off."""
_ROOM = 78
_LEFT = 16
"""Cells for the time left, also while it is not known: the words behind it stay where they are."""
_MINUTE = 59.5


class JobLine(PlainText):
    """Steady while the numbers change: every part keeps its place."""

    def show_job(self, live: Live | None) -> None:
        """Draw the progress of the newest job; empty without one."""
        self.show(Content() if live is None else lambda width: _line(live, width))


def _line(live: Live, width: int) -> Content:
    if isinstance(live.ended, Failed) and live.ended.failure == "stopped":
        again = "goes on where it was" if live.job == "pilot" else "begins anew"
        return Content.assemble((f"{live.job} stopped  ", "bold $text-error"), f"Started again, it {again}")
    if isinstance(live.ended, Failed):
        return Content.assemble(
            (f"{live.job} failed  ", "bold $text-error"),
            one_line(f"{live.ended.message}. {live.ended.do}", 400),
        )
    if live.ended is not None:
        seconds = numbers.duration(live.ended.seconds)
        return Content.assemble((f"{live.job} done", "bold $text-success"), f"  in {seconds}")
    if live.progress is None:
        return Content.assemble((live.job, "bold $text-primary"), "  starting")
    return _progress(live.job, live.progress, width >= _ROOM)


def _progress(job: str, step: Step, roomy: bool) -> Content:
    known = step.total > 0
    cells = _BAR if roomy else _SHORT_BAR
    filled = f"[{bar(step.done / step.total, cells)}] {step.done / step.total:4.0%}" if known else ""
    name = f"{job}: {step.phase}"
    return Content.assemble(
        (
            one_line(name, 24 if roomy else 22).ljust(15) if known else one_line(name, 60),
            "bold $text-primary",
        ),
        f" {filled} {_left(step.seconds_left):<{_LEFT}} " if known else "  ",
        (one_line(step.text or _counted(step), 80), "$text-muted"),
    )


def _left(seconds: float | None) -> str:
    """In whole seconds: what is foretold is not known to the tenth."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s left"
    return f"{numbers.duration(seconds)} left"


def _counted(step: Step) -> str:
    written = numbers.size if step.unit == "bytes" else numbers.count
    unit = "" if step.unit == "bytes" else step.unit
    if step.total > 0:
        return f"{written(step.done)} of {written(step.total)} {unit}".rstrip()
    return f"{written(step.done)} {unit}".rstrip() if step.done else ""
