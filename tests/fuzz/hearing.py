"""Events of a job: garbage is skipped, and whatever is heard changes the case and can be told."""

import io
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

from advisor.case import Case
from advisor.cli.narrate import Narrator
from advisor.events import (
    AlarmRaised,
    CleaningFound,
    DataFound,
    Done,
    Event,
    Failed,
    FileWritten,
    ForgettingFound,
    GainFound,
    MachineFound,
    MemorisedFound,
    Metric,
    ModelFound,
    Note,
    OutliersFound,
    ProofFound,
    RateMeasured,
    RunEnded,
    RungFound,
    SampleFound,
    ScheduleFixed,
    ScoreFound,
    Settled,
    Started,
    Step,
    parse_event,
)
from advisor.journey import absorb
from screens.state.live import Live, live_after
from tests.fuzz.draw import Draw, spoiled
from tests.fuzz.reading import CONTROL
from tests.screens.sample_case import DATA, MACHINE, MODEL, PILOT, PREVIEW, filled


@cache
def said() -> tuple[Event, ...]:
    """One event of each kind, as a real job says it."""
    assert PILOT.proof and PILOT.schedule and PILOT.rate and PILOT.forgetting and PILOT.memorised
    return (
        Started(job="pilot", pid=7, time="2026-11-02T10:00:00Z", phases=("proof", "ladder")),
        Step(phase="ladder", done=3, total=9, unit="bytes", seconds_left=30.0, text="run main"),
        Note(text="a note", level="warning"),
        Metric(run="main", step=3, total_steps=96, values={"loss": 1.5, "heldout_loss": 1.6}),
        MachineFound(facts=MACHINE),
        DataFound(facts=DATA),
        CleaningFound(facts=PREVIEW),
        ModelFound(facts=MODEL),
        ProofFound(proof=PILOT.proof),
        ScheduleFixed(schedule=PILOT.schedule),
        RateMeasured(rate=PILOT.rate),
        RungFound(rung=PILOT.rungs[0]),
        ForgettingFound(forgetting=PILOT.forgetting),
        MemorisedFound(memorised=PILOT.memorised),
        OutliersFound(outliers=PILOT.outliers),
        Settled(why="the answer is clear"),
        ScoreFound(score=PILOT.scores[0]),
        RunEnded(run=PILOT.runs[0]),
        GainFound(gain=PILOT.gains[0]),
        SampleFound(sample=PILOT.samples[0]),
        AlarmRaised(alarm=PILOT.alarms[0]),
        FileWritten(path="/home/user/adapter", rows=3, role="adapter"),
        Done(seconds=402.0),
        Failed(failure="out_of_memory", message="Memory ran out", do="Use a smaller micro-batch."),
    )


@cache
def _plain() -> tuple[dict[str, object], ...]:
    return tuple(json.loads(each.model_dump_json()) for each in said())


@cache
def _case() -> Case:
    return filled(Path("/nonexistent"))


def hear(data: bytes) -> None:
    """Bytes as they are, or real events with spoiled values, up to four in a row."""
    draw = Draw(data)
    if draw.below(4) == 0:
        lines = draw.rest().split(b"\n")
    else:
        events = [spoiled(draw, draw.one_of(_plain())) for _ in range(1 + draw.below(4))]
        lines = [json.dumps(each, default=str).encode("utf-8", "surrogatepass") for each in events]
    told = io.StringIO()
    narrator, live, case = Narrator(told, clock=lambda: 1e9), Live("pilot", "pilot"), _case()
    for line in lines:
        event = parse_event(line)
        if event is None:
            continue
        again = parse_event(event.model_dump_json())
        assert again is not None and repr(again) == repr(event)
        live = live_after(live, event)
        case = absorb(case, event, case.pilot_run)
        narrator.hear(event)
    assert case.pilot is None or asdict(case.pilot)
    assert not CONTROL.search(told.getvalue())
