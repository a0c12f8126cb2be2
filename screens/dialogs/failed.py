"""Why the newest job of a step gave nothing, whole: the line on the job is cut off in a narrow terminal."""

from heuristics.finding import Level
from screens.rows.section import Row, Section, told
from screens.state.live import Live
from screens.words import heading, labelled


def failed_section(live: Live | None, step: str) -> Section:
    """What went wrong and what to do; empty when nothing did, and when the user stopped the job."""
    # The events are imported after the first paint.
    from advisor.events import Failed

    if live is None or live.step != step or not isinstance(live.ended, Failed):
        return Section("Failed", ())
    failed = live.ended
    if failed.failure == "stopped":
        return Section("Failed", ())
    about = told(heading(f"The {live.job} failed"), failed.message, labelled("Do", failed.do))
    return Section("Failed", (Row(f"failed-{live.job}", failed.message, level=Level.BLOCK, detail=about),))
