"""A recorded pilot, event by event: when each was said, and what was known then."""

from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

from advisor.case import Case
from advisor.errors import BadInput
from advisor.events import EVENTS_FILE, Event
from advisor.jobs import read_events
from advisor.resuming import pilot_folders


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that one pilot said."""

    run: str
    """Name of its folder."""
    events: tuple[Event, ...]
    times: tuple[float, ...]
    """Seconds from the start to each event; a worker that began again goes on counting."""

    def said_by(self, seconds: float) -> int:
        """How many events were said after so many seconds."""
        return sum(each <= seconds for each in self.times)


def pilots_of(case: Case) -> list[Path]:
    """Folders of the case's recorded pilots, the newest first; raises BadInput when there is none."""
    recorded = [each for each in pilot_folders(case) if (each / EVENTS_FILE).is_file()]
    if not recorded:
        raise BadInput("This case has no recorded pilot", "Run one first.")
    return recorded


def recording(run: Path) -> Recording:
    """The recording in the folder `run`."""
    events = tuple(read_events(run))
    ats = [0.0, *(each.at for each in events)]
    return Recording(run.name, events, tuple(accumulate(max(0.0, now - was) for was, now in pairwise(ats))))
