"""A recorded pilot at one moment: what was known after so many of its events, and how it is played."""

from dataclasses import dataclass, replace

from advisor.events import Metric, Step
from advisor.fold import pilot_after
from advisor.recording import Recording
from heuristics.facts.pilot import PilotFacts
from screens.state.live import Live, live_after

SPEEDS = (1, 4, 16, 64, 256)


@dataclass(frozen=True, slots=True)
class Moment:
    """A recording after its first `place` events."""

    recording: Recording
    place: int
    pilot: PilotFacts
    live: Live

    @property
    def seconds(self) -> float:
        """Of the recorded time."""
        return self.recording.times[self.place - 1] if self.place else 0.0

    @property
    def over(self) -> bool:
        """True after the last event."""
        return self.place >= len(self.recording.events)

    def at(self, place: int) -> "Moment":
        """The same recording after another number of events."""
        place = max(0, min(place, len(self.recording.events)))
        now = self if place >= self.place else first_moment(self.recording)
        pilot, live = now.pilot, now.live
        for event in self.recording.events[now.place : place]:
            pilot, live = pilot_after(pilot, event), live_after(live, event)
        return replace(now, place=place, pilot=pilot, live=live)

    def next_fact(self) -> "Moment":
        """After the next event that is more than progress or the numbers of a step."""
        later = range(self.place, len(self.recording.events))
        facts = (each for each in later if not isinstance(self.recording.events[each], Step | Metric))
        return self.at(next(facts, len(self.recording.events) - 1) + 1)

    @property
    def newest(self) -> str:
        """What the newest event was."""
        return self.recording.events[self.place - 1].kind if self.place else "nothing said yet"


def first_moment(recording: Recording) -> Moment:
    """The recording before its first event."""
    return Moment(recording, 0, PilotFacts(), Live("pilot", "pilot"))
