"""The line on the running job."""

import pytest
from rich.cells import cell_len

from advisor.events import Failed, Step
from screens.state.live import Live
from screens.widgets.job_line import JobLine, _line

AT = {"narrow": 58, "wide": 78}


def drawn(step: Step, width: int, job: str = "profile") -> str:
    return _line(Live(job, "data", progress=step), width).plain


@pytest.mark.parametrize("width", AT.values(), ids=list(AT))
def test_the_time_left_is_seen_whole_in_every_window(width: int) -> None:
    step = Step(phase="checking rows", done=1, total=3, seconds_left=4_830.0)
    assert cell_len(drawn(step, width).partition("1 h 20 min left")[0]) < width - len("1 h 20 min left")


@pytest.mark.parametrize("width", AT.values(), ids=list(AT))
def test_the_words_keep_their_place_when_the_time_left_becomes_known(width: int) -> None:
    unknown = drawn(Step(phase="reading", done=1, total=9, text="here"), width)
    known = drawn(Step(phase="reading", done=8, total=9, seconds_left=2.4, text="here"), width)
    assert unknown.index("here") == known.index("here")
    assert "2 s left" in known


def test_less_than_a_second_is_not_told_in_milliseconds() -> None:
    assert "1 s left" in drawn(Step(phase="reading", done=8, total=9, seconds_left=0.02), 78)


def test_bytes_are_told_in_their_units() -> None:
    assert "1.0 MiB of 4.0 MiB" in drawn(Step(phase="reading", done=1 << 20, total=4 << 20, unit="bytes"), 98)


def test_a_phase_without_an_amount_is_named_whole_and_counts_nothing() -> None:
    line = drawn(Step(phase="loading the tokenizer", done=0, total=0), 78)
    assert line.rstrip() == "profile: loading the tokenizer"


def test_without_a_job_the_line_is_empty() -> None:
    line = JobLine()
    line.show_job(None)
    assert line.text == ""


@pytest.mark.parametrize(("job", "said"), [("pilot", "goes on where it was"), ("profile", "begins anew")])
def test_a_job_that_was_stopped_says_what_starting_it_again_does(job: str, said: str) -> None:
    ended = Failed(failure="stopped", message="Stopped", do="Start it again: a pilot goes on where it was.")
    line = _line(Live(job, "data", ended=ended), AT["narrow"]).plain
    assert line == f"{job} stopped  Started again, it {said}"
