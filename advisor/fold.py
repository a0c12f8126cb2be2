"""Facts as a fold over the events of a job."""

from collections.abc import Iterable
from dataclasses import replace

from advisor.events import (
    AlarmRaised,
    Done,
    Event,
    Failed,
    FileWritten,
    GainFound,
    ProofFound,
    RunEnded,
    SampleFound,
    ScoreFound,
)
from heuristics.facts.pilot import PilotFacts


def pilot_after(facts: PilotFacts, event: Event) -> PilotFacts:
    """Pilot facts after one more event; events that say nothing about a pilot change nothing."""
    match event:
        case ProofFound(proof=proof):
            return replace(facts, proof=proof)
        case ScoreFound(score=score):
            others = tuple(
                each for each in facts.scores if (each.name, each.split) != (score.name, score.split)
            )
            return replace(facts, scores=(*others, score))
        case RunEnded(run=run):
            return replace(facts, runs=(*(each for each in facts.runs if each.id != run.id), run))
        case GainFound(gain=gain):
            return replace(facts, gains=(*(each for each in facts.gains if each.name != gain.name), gain))
        case SampleFound(sample=sample):
            return replace(
                facts, samples=(*(each for each in facts.samples if each.row != sample.row), sample)
            )
        case AlarmRaised(alarm=alarm):
            return replace(facts, alarms=(*facts.alarms, alarm))
        case FileWritten(role="adapter", path=path):
            return replace(facts, adapter=path)
        case Done(seconds=seconds):
            return replace(facts, complete=True, seconds=seconds, ended="")
        case Failed(message=message, at=at):
            return replace(facts, complete=False, seconds=at, ended=message)
        case _:
            return facts


def pilot_facts(events: Iterable[Event], start: PilotFacts) -> PilotFacts:
    """Everything a pilot's events say, beginning with `start`."""
    facts = start
    for event in events:
        facts = pilot_after(facts, event)
    return facts
