"""What the running job has said so far, as one frozen value that screens watch."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.events import Done, Event, Failed, Metric, Step

POINTS = 400
"""Most points kept of one curve: twice the cells of a wide plot; beyond it every second one goes."""
NOTES = 50

Curve = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Live:
    """Progress and curves of the newest job."""

    job: str
    step: str
    """Step of the journey that the job belongs to."""
    folder: str = ""
    started: bool = False
    phases: tuple[str, ...] = ()
    progress: "Step | None" = None
    run: str = ""
    """Training run that the newest numbers belong to."""
    numbers: tuple[tuple[str, float], ...] = ()
    """Newest value of each metric, by name."""
    train: Curve = ()
    heldout: Curve = ()
    notes: tuple[str, ...] = ()
    ended: "Done | Failed | None" = None

    @property
    def running(self) -> bool:
        """True until the last event."""
        return self.ended is None


def live_after(live: Live, event: "Event") -> Live:
    """The same job after one more event."""
    # The events are imported after the first paint.
    from advisor.events import AlarmRaised, Done, Failed, Metric, Note, Started, Step

    match event:
        case Started(phases=phases):
            return replace(live, started=True, phases=phases)
        case Step():
            return replace(live, progress=event)
        case Note(text=text):
            return replace(live, notes=(*live.notes, text)[-NOTES:])
        case AlarmRaised(alarm=alarm):
            return replace(live, notes=(*live.notes, f"Alarm at step {alarm.step:,}: {alarm.text}")[-NOTES:])
        case Metric():
            return _with_metric(live, event)
        case Done() | Failed():
            return replace(live, ended=event)
        case _:
            return live


def thinned(curve: Curve, points: int) -> Curve:
    """At most `points` of a curve, evenly chosen; its first and last point always stay."""
    if len(curve) <= points:
        return curve
    stride = (len(curve) - 1) / (points - 1)
    return tuple(curve[round(place * stride)] for place in range(points))


def _with_metric(live: Live, event: "Metric") -> Live:
    if event.run != live.run:
        live = replace(live, run=event.run, train=(), heldout=())
    train, heldout = live.train, live.heldout
    if "loss" in event.values:
        train = _grown(train, (event.step, event.values["loss"]))
    if "heldout_loss" in event.values:
        heldout = _grown(heldout, (event.step, event.values["heldout_loss"]))
    newest = dict(live.numbers) | event.values
    return replace(live, train=train, heldout=heldout, numbers=tuple(newest.items()))


def _grown(curve: Curve, point: tuple[int, float]) -> Curve:
    longer = (*curve, point)
    return longer if len(longer) <= 2 * POINTS else thinned(longer, POINTS)
