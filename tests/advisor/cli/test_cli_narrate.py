"""Narration is sparse in a log, one line in a terminal, and never carries escape sequences from outside."""

import io

from advisor.cli.narrate import BLINK, PAUSE, Narrator
from advisor.events import AlarmRaised, FileWritten, Metric, Note, RunEnded, Started, Step
from heuristics.facts.experiment import Alarm
from heuristics.facts.pilot import Run


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    """A stream whose reader went away."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError


def step(done: int) -> Step:
    return Step(phase="baseline", done=done, total=10, unit="rows", seconds_left=75)


def test_a_log_gets_one_progress_line_every_few_seconds() -> None:
    clock, log = Clock(), io.StringIO()
    narrator = Narrator(log, clock)
    for done in range(10):
        narrator.hear(step(done))
        clock.now += PAUSE / 3.5
    assert log.getvalue().splitlines() == [
        "baseline, 0 of 10 rows, about 1 min 15 s left",
        "baseline, 4 of 10 rows, about 1 min 15 s left",
        "baseline, 8 of 10 rows, about 1 min 15 s left",
    ]


def test_a_terminal_gets_one_line_that_changes() -> None:
    clock, terminal = Clock(), Terminal()
    narrator = Narrator(terminal, clock)
    for done in range(5):
        narrator.hear(step(done))
        clock.now += BLINK * 2
    narrator.close()
    text = terminal.getvalue()
    assert "\n" not in text
    assert text.count("\r\x1b[K") == 6
    assert text.endswith("\r\x1b[K")


def test_notes_always_show_and_clear_the_changing_line() -> None:
    terminal = Terminal()
    narrator = Narrator(terminal, Clock())
    narrator.hear(step(1))
    narrator.hear(Note(text="rows were cut", level="warning"))
    assert terminal.getvalue().endswith("\r\x1b[Kwarning: rows were cut\n")


def test_outside_text_is_shown_plain_on_one_line() -> None:
    log = io.StringIO()
    narrator = Narrator(log, Clock())
    narrator.hear(Note(text="a\x1b[2J\nb\u202e"))
    narrator.hear(FileWritten(path="/x/\x1b]0;evil\x07.jsonl", rows=3))
    assert "\x1b" not in log.getvalue()
    assert "\u202e" not in log.getvalue()
    assert len(log.getvalue().splitlines()) == 2


def test_each_kind_of_news_is_told() -> None:
    clock, log = Clock(), io.StringIO()
    narrator = Narrator(log, clock)
    narrator.hear(Started(job="pilot", pid=1, time=""))
    narrator.hear(Metric(run="r1", step=2, total_steps=9, values={"loss": 1.5, "grad_norm": 3.0}))
    narrator.hear(RunEnded(run=Run("r1", "ladder", 1e-4, 8, 1.0, 1, 9, 9, (), (), 1.25, 4.0)))
    narrator.hear(AlarmRaised(alarm=Alarm("nan", "r1", 3, "The loss is not a number", "Lower the rate.")))
    assert log.getvalue().splitlines() == [
        "pilot started",
        "r1: step 2 of 9, loss 1.5",
        "ladder run r1: 9 steps in 4.0 s, held-out loss 1.250",
        "alarm: The loss is not a number. Lower the rate.",
    ]


def test_a_reader_that_went_away_does_not_end_the_work() -> None:
    narrator = Narrator(Gone(), Clock())
    narrator.say("still here")
    narrator.close()
