"""What each command does, and the exit code that says how it went."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from advisor.case import Case
from advisor.cli import stages
from advisor.cli.asked import DEMO_MINUTES, Asked
from advisor.cli.exits import Exit
from advisor.cli.narrate import Narrator
from advisor.cli.opening import opened
from advisor.cli.report.whole import Part, as_json, as_text
from advisor.journey import settle
from advisor.standing import findings_of
from advisor.tasks import task_of
from heuristics.finding import Level, worst

Command = Callable[[Asked, Narrator], int]


@contextmanager
def _opened(asked: Asked, narrator: Narrator) -> Iterator[Case]:
    """The case of a command; what damage took from it is told first."""
    with opened(asked) as case:
        for words in case.lost:
            narrator.say(words)
        yield case


def probe(asked: Asked, narrator: Narrator) -> Exit:
    """The machine, measured again."""
    with _opened(asked, narrator) as case:
        return _answer(stages.Trip(asked, narrator).job(case, "probe"), asked, "machine")


def profile(asked: Asked, narrator: Narrator) -> Exit:
    """The data, read again."""
    with _opened(asked, narrator) as case:
        return _answer(stages.Trip(asked, narrator).job(case, "profile"), asked, "data")


def clean(asked: Asked, narrator: Narrator) -> Exit:
    """A mended copy of the data; a preview is not ready when a chosen fix would change something."""
    with _opened(asked, narrator) as begun:
        case = stages.cleaned(begun, stages.Trip(asked, narrator))
        _answer(case, asked, "cleaning")
        return Exit.NOT_READY if asked.preview and stages.would_change(case) else Exit.READY


def plan(asked: Asked, narrator: Narrator) -> Exit:
    """A recipe with its reasons."""
    with _opened(asked, narrator) as begun:
        trip = stages.Trip(asked, narrator)
        case = stages.simulated(stages.planned(begun, trip), trip)
        return _answer(case, asked, "machine", "data", "goal", "plan")


def pilot(asked: Asked, narrator: Narrator) -> Exit:
    """A new pilot, whatever was measured before; or one that goes on by itself."""
    with _opened(asked, narrator) as begun:
        if asked.background in ("attach", "stop"):
            return _elsewhere(begun, asked, narrator)
        if asked.background == "detach":
            return _left_alone(begun, asked, narrator)
        case = stages.piloted(begun.but(pilot=None, pilot_run=None), stages.Trip(asked, narrator))
        answer = _answer(case, asked, "data", "plan", "pilot")
        return answer if case.pilot is not None and case.pilot.complete else Exit.NOT_READY


def _left_alone(begun: Case, asked: Asked, narrator: Narrator) -> Exit:
    """Ready when a pilot of the case goes on by itself."""
    from advisor.cli.background import let_go

    trip = stages.Trip(asked, narrator)
    case = stages.planned(begun.but(pilot=None, pilot_run=None), trip)
    if stages.blocked(case):
        narrator.say(f"the pilot is left out: {stages.what_blocks(case)}")
        _answer(case, asked, "data", "plan")
        return Exit.NOT_READY
    case = let_go(case, task_of(case, "pilot"), narrator, asked.offline)
    _answer(case, asked, "plan", "pilot")
    return Exit.READY


def _elsewhere(case: Case, asked: Asked, narrator: Narrator) -> Exit:
    """The case after its pilot that goes on by itself was watched to its end, or was ended."""
    from advisor.cli.background import end, to_watch, watch

    case = watch(case, to_watch(case, narrator), narrator) if asked.background == "attach" else end(case)
    answer = _answer(case, asked, "data", "plan", "pilot")
    return answer if case.pilot is not None and case.pilot.complete else Exit.NOT_READY


def verdict(asked: Asked, narrator: Narrator) -> Exit:
    """What the evidence of a case allows to say."""
    with _opened(asked, narrator) as case:
        return _decide(case, asked, narrator, "pilot", "verdict")


def export(asked: Asked, narrator: Narrator) -> Exit:
    """The files of a case that has a plan."""
    with _opened(asked, narrator) as begun:
        case = stages.exported(begun, stages.Trip(asked, narrator))
        return _answer(case, asked, "export")


def report(asked: Asked, narrator: Narrator) -> Exit:
    """The case as documents to send."""
    from advisor.document.write import write_documents

    with _opened(asked, narrator) as begun:
        case = settle(begun)
        written = write_documents(case, (asked.to or case.folder / "report").absolute())
        for path in written.kept:
            narrator.say(f"an older file is kept as {path}")
        for path in written.files:
            narrator.say(f"written: {path}")
        return _answer(case, asked, "verdict")


def run(asked: Asked, narrator: Narrator) -> Exit:
    """The whole journey."""
    with _opened(asked, narrator) as begun:
        trip = stages.Trip(asked, narrator)
        case = stages.piloted(begun, trip)
        # The demo's model fits everywhere, and its minutes are few.
        case = case if asked.command == "demo" else stages.simulated(case, trip)
        return _decide(stages.finished(case, trip), asked, narrator)


def demo(asked: Asked, narrator: Narrator) -> Exit:
    """The whole journey on the bundled data and model."""
    from advisor.catalog import demo_folder
    from advisor.models.search import DEMO

    minutes = asked.goal.pilot_minutes or DEMO_MINUTES
    with demo_folder() as folder:
        bundled = replace(
            asked,
            file=folder / "triage.jsonl",
            model=asked.model or DEMO,
            goal=replace(asked.goal, pilot_minutes=minutes),
            offline=True,
        )
        return run(bundled, narrator)


def compare(asked: Asked, _narrator: Narrator) -> Exit:
    """Two pilots side by side."""
    from advisor.cli.comparing import print_comparison

    print_comparison(asked)
    return Exit.READY


def replay(asked: Asked, _narrator: Narrator) -> Exit:
    """The events of a recorded run, one JSON object a line."""
    from advisor.cli.recorded import print_events

    return Exit.READY if print_events(asked) else Exit.NOT_READY


def memory(asked: Asked, narrator: Narrator) -> int:
    """Whether a training step of a model fits, with exit codes of its own."""
    from advisor.cli import memory as estimator

    return int(estimator.memory(asked, narrator))


def offers(asked: Asked, narrator: Narrator) -> int:
    """The cloud prices in use."""
    from advisor.cli import offers as table

    return table.offers(asked, narrator)


def doctor(asked: Asked, narrator: Narrator) -> int:
    """What this installation lacks."""
    from advisor.cli import doctor as examination

    return examination.doctor(asked, narrator)


COMMANDS: dict[str, Command] = {
    "probe": probe,
    "profile": profile,
    "clean": clean,
    "plan": plan,
    "pilot": pilot,
    "verdict": verdict,
    "export": export,
    "report": report,
    "run": run,
    "memory": memory,
    "offers": offers,
    "demo": demo,
    "doctor": doctor,
    "compare": compare,
    "replay": replay,
}


def _decide(case: Case, asked: Asked, narrator: Narrator, *shown: Part) -> Exit:
    """Answer with the verdict, in text with the `shown` parts alone if any are named; the exit code says
    whether to train in full."""
    case = settle(case)
    if case.verdict is None:
        narrator.say("no verdict yet: it needs the machine, the data and a model")
    parts = shown if shown and not asked.as_json else ("data", "plan", "pilot", "verdict")
    _answer(case, asked, *parts)
    return Exit.READY if case.verdict is not None and case.verdict.ready else Exit.NOT_READY


def _answer(case: Case, asked: Asked, *parts: Part) -> Exit:
    """Print the parts of a case; not ready when one of their findings blocks."""
    text = as_json(case, parts, asked.command) if asked.as_json else as_text(case, parts)
    sys.stdout.write(text)
    sys.stdout.flush()
    levels = {worst(findings_of(case, part)) for part in parts}
    return Exit.NOT_READY if Level.BLOCK in levels else Exit.READY
