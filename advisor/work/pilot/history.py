"""What a training run has gone through so far: enough to tell its facts, and to go on after a kill."""

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from heuristics.facts.experiment import Alarm


@dataclass(slots=True)
class History:
    """Steps, evaluations and alarms of one run."""

    train: list[tuple[int, float, float | None, float | None]] = field(default_factory=list)
    """(step, training loss, norm of the gradient, learning rate)."""
    heldout: list[tuple[int, float]] = field(default_factory=list)
    """(step, loss on held-out rows), the untouched model's at step 0."""
    alarms: list[Alarm] = field(default_factory=list)
    tokens: float = 0.0
    seconds: float = 0.0
    """Time in training steps, without evaluations."""
    wall: float = 0.0
    """Time of the whole run before the newest checkpoint."""
    peak: int = 0
    """Highest memory before the newest checkpoint, bytes."""

    def dump(self) -> dict[str, object]:
        """As JSON values."""
        values: dict[str, object] = _HISTORY.dump_python(self, mode="json")
        return values


_HISTORY = TypeAdapter(History)


def history_of(text: str | bytes) -> History:
    """The history that was kept with a checkpoint; raises ValueError when it is none."""
    return _HISTORY.validate_json(text)
