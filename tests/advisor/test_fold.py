"""Facts as a fold over events, and events as lines."""

import math
from dataclasses import replace

import pytest

from advisor.events import (
    AlarmRaised,
    Done,
    Event,
    Failed,
    FileWritten,
    ForgettingFound,
    GainFound,
    MemorisedFound,
    Metric,
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
    ShiftFound,
    parse_event,
)
from advisor.fold import pilot_facts
from heuristics.basis import Basis, Estimate
from heuristics.facts.experiment import (
    Alarm,
    Forgetting,
    GroupShift,
    Memorised,
    Outlier,
    PilotSchedule,
    PlannedRun,
    RateEvidence,
    RatePoint,
    Rung,
)
from heuristics.facts.pilot import Gain, PilotFacts, Proof, Run, Sample, Score

PROOF = Proof(8, 1, 128, 120, 2**28, 2**27, 0.2, 4000.0, "cpu", "fp32")
SCORE = Score("base", "test", 100, 900, 2.0, math.exp(2.0), 0.4)
RUN = Run("r1", "ladder", 1e-3, 300, 3.0, 17, 30, 30, ((1, 2.0),), ((30, 1.0),), 1.0, 9.0, 4000.0, 2**28)
GAIN = Gain("loss", Estimate(0.5, 0.4, 0.6, "nats", Basis.MEASURED, "here"), "base", 100, 1)
SAMPLE = Sample(3, "p", "r", "b", "t")
ALARM = Alarm("loss_spike", "r1", 7, "spike", "look")

PLANNED = PlannedRun("ladder-8-s1", "ladder", 8, 3.0, 17)
SCHEDULE = PilotSchedule(120.0, {"ladder": 60.0}, (PLANNED,), 40, 80, 16, 3, ("fewer rows",))
RATE = RateEvidence(
    prior=1e-3,
    best=2e-3,
    low=1e-3,
    high=4e-3,
    basis="parabola",
    noise=0.01,
    points=(RatePoint("rate-1", 1e-3, 1.5), RatePoint("rate-3", 3e-3)),
    full_run=1e-3,
    full_low=5e-4,
    full_high=2e-3,
    reason="fitted",
)
RUNG = Rung("ladder-8-s1", 8, 17, 1.2, 0.3, "exact_match", 0.5, 40, 16)
FORGETTING = Forgetting(Estimate(0.02, 0.01, 0.03, "share", Basis.MEASURED), 40, "ours")
MEMORISED = Memorised(20, 1, 0, 20, 0, 61, 50, (7,))
SHIFT = GroupShift("ladder-8-s1", 8, 17, "pronouns by occupation", 12, 0.1, 0.2, 0.15)
OUTLIERS = (Outlier(9, 6.0, 1.0, 8.5, "queue"),)

EVENTS: list[Event] = [
    ProofFound(proof=PROOF),
    ScheduleFixed(schedule=SCHEDULE),
    RateMeasured(rate=RATE),
    RungFound(rung=RUNG),
    ForgettingFound(forgetting=FORGETTING),
    MemorisedFound(memorised=MEMORISED),
    ShiftFound(shift=SHIFT),
    OutliersFound(outliers=OUTLIERS),
    Settled(why="clear"),
    ScoreFound(score=SCORE),
    RunEnded(run=RUN),
    GainFound(gain=GAIN),
    SampleFound(sample=SAMPLE),
    AlarmRaised(alarm=ALARM),
    FileWritten(path="adapter", role="adapter"),
    Note(text="ignored"),
]


def test_a_finished_pilot_holds_everything_that_was_said() -> None:
    facts = pilot_facts([*EVENTS, Done(seconds=12.5)], PilotFacts(model="m", method="lora"))
    assert facts == PilotFacts(
        model="m",
        method="lora",
        proof=PROOF,
        schedule=SCHEDULE,
        rate=RATE,
        rungs=(RUNG,),
        forgetting=FORGETTING,
        memorised=MEMORISED,
        shifts=(SHIFT,),
        outliers=OUTLIERS,
        settled="clear",
        scores=(SCORE,),
        runs=(RUN,),
        gains=(GAIN,),
        samples=(SAMPLE,),
        alarms=(ALARM,),
        seconds=12.5,
        complete=True,
        adapter="adapter",
    )


@pytest.mark.parametrize("cut", range(len(EVENTS)))
def test_a_pilot_cut_off_anywhere_keeps_what_came_before(cut: int) -> None:
    failed = Failed(at=3.0, failure="killed", message="killed")
    facts = pilot_facts([*EVENTS[:cut], failed], PilotFacts())
    whole = pilot_facts(EVENTS[:cut], PilotFacts())
    assert facts == replace(whole, seconds=3.0, ended="killed")
    assert not facts.complete


def test_a_later_measurement_replaces_an_earlier_one_of_the_same_name() -> None:
    better = replace(SCORE, loss=1.0)
    facts = pilot_facts([ScoreFound(score=SCORE), ScoreFound(score=better)], PilotFacts())
    assert facts.scores == (better,)


@pytest.mark.parametrize(
    "event", [*EVENTS, Done(seconds=1.0), Metric(run="r", step=1, total_steps=2, values={})]
)
def test_every_event_reads_back_equal(event: Event) -> None:
    assert parse_event(event.model_dump_json()) == event


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks_survive(value: float) -> None:
    event = Metric(run="r", step=1, total_steps=2, values={"loss": value})
    back = parse_event(event.model_dump_json())
    assert isinstance(back, Metric)
    assert str(back.values["loss"]) == str(value)


@pytest.mark.parametrize(
    "line", ["", "{", "null", "[]", '{"kind": "nonsense"}', '{"kind": "done"}', b"\xff\xfe"]
)
def test_garbage_is_no_event(line: str | bytes) -> None:
    assert parse_event(line) is None
