"""One line on the running job: phase, bar, time left."""

from textual.content import Content

from advisor import numbers
from advisor.events import Failed, Step
from advisor.text import one_line
from screens.live import Live
from screens.pictures import bar
from screens.widgets.plain_text import PlainText

_BAR = 16


class JobLine(PlainText):
    """Steady while the numbers change: every part keeps its place."""

    def show_job(self, live: Live | None) -> None:
        """Draw the progress of the newest job; empty without one."""
        self.show(Content() if live is None else _line(live))


def _line(live: Live) -> Content:
    if isinstance(live.ended, Failed):
        word = "stopped" if live.ended.failure == "stopped" else "failed"
        return Content.assemble(
            (f"{live.job} {word}  ", "bold $text-error"),
            one_line(f"{live.ended.message}. {live.ended.do}", 400),
        )
    if live.ended is not None:
        seconds = numbers.duration(live.ended.seconds)
        return Content.assemble((f"{live.job} done", "bold $text-success"), f"  in {seconds}")
    if live.progress is None:
        return Content.assemble((live.job, "bold $text-primary"), "  starting")
    return _progress(live.job, live.progress)


def _progress(job: str, step: Step) -> Content:
    known = step.total > 0
    filled = f"[{bar(step.done / step.total, _BAR)}] {step.done / step.total:4.0%}" if known else ""
    left = f"{numbers.duration(step.seconds_left)} left".ljust(16) if step.seconds_left is not None else ""
    return Content.assemble(
        (one_line(f"{job}: {step.phase}", 24).ljust(15), "bold $text-primary"),
        f" {filled} {left} ",
        (one_line(step.text or _counted(step), 80), "$text-muted"),
    )


def _counted(step: Step) -> str:
    total = f" of {numbers.count(step.total)}" if step.total > 0 else ""
    return f"{numbers.count(step.done)}{total} {step.unit}".rstrip()
