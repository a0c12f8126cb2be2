"""Facts as a fold over the events of a job."""

from collections.abc import Iterable
from dataclasses import replace

from advisor.events import (
    AlarmRaised,
    Done,
    Event,
    Failed,
    FileWritten,
    ForgettingFound,
    GainFound,
    MemorisedFound,
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
    Started,
)
from heuristics.facts.pilot import PilotFacts


def pilot_after(facts: PilotFacts, event: Event) -> PilotFacts:
    """Pilot facts after one more event; events that say nothing about a pilot change nothing."""
    match event:
        case Started():
            # A worker that begins again says again what was finished before.
            return PilotFacts(model=facts.model, method=facts.method)
        case RunEnded(run=run):
            return replace(facts, runs=(*(each for each in facts.runs if each.id != run.id), run))
        case AlarmRaised(alarm=alarm):
            return replace(facts, alarms=(*facts.alarms, alarm))
        case FileWritten(role="adapter", path=path):
            return replace(facts, adapter=path)
        case Done(seconds=seconds):
            return replace(facts, complete=True, seconds=seconds, ended="")
        case Failed(message=message, at=at):
            return replace(facts, complete=False, seconds=at, ended=message)
        case _:
            return _measured(_beside_the_task(_scheduled(facts, event), event), event)


def _scheduled(facts: PilotFacts, event: Event) -> PilotFacts:
    """What the phases before the last one find out."""
    match event:
        case ProofFound(proof=proof):
            return replace(facts, proof=proof)
        case ScheduleFixed(schedule=schedule):
            return replace(facts, schedule=schedule)
        case RateMeasured(rate=rate):
            return replace(facts, rate=rate)
        case RungFound(rung=rung):
            return replace(facts, rungs=(*(each for each in facts.rungs if each.run != rung.run), rung))
        case Settled(why=why):
            return replace(facts, settled=why)
        case _:
            return facts


def _measured(facts: PilotFacts, event: Event) -> PilotFacts:
    """Scores, gains and answers on held-out rows."""
    match event:
        case ScoreFound(score=score):
            others = (each for each in facts.scores if (each.name, each.split) != (score.name, score.split))
            return replace(facts, scores=(*others, score))
        case GainFound(gain=gain):
            return replace(facts, gains=(*(each for each in facts.gains if each.name != gain.name), gain))
        case SampleFound(sample=sample):
            kept = (each for each in facts.samples if each.row != sample.row)
            return replace(facts, samples=(*kept, sample))
        case _:
            return facts


def _beside_the_task(facts: PilotFacts, event: Event) -> PilotFacts:
    """What tuning did to the model besides teaching it the task."""
    match event:
        case ForgettingFound(forgetting=forgetting):
            return replace(facts, forgetting=forgetting)
        case MemorisedFound(memorised=memorised):
            return replace(facts, memorised=memorised)
        case ShiftFound(shift=shift):
            others = (each for each in facts.shifts if (each.run, each.name) != (shift.run, shift.name))
            return replace(facts, shifts=(*others, shift))
        case OutliersFound(outliers=outliers):
            return replace(facts, outliers=outliers)
        case _:
            return facts


def pilot_facts(events: Iterable[Event], start: PilotFacts) -> PilotFacts:
    """Everything a pilot's events say, beginning with `start`."""
    facts = start
    for event in events:
        facts = pilot_after(facts, event)
    return facts
