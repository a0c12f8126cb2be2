"""What more data is expected to bring."""

from dataclasses import dataclass

from heuristics.basis import Estimate


@dataclass(frozen=True, slots=True)
class LadderPoint:
    """One run of the ladder, as far as a learning curve looks at it."""

    samples: int
    seed: int
    value: float
    """What is to fall: loss in nats, or the share of wrong answers."""
    items: int = 0
    """Rows behind a share; 0 for losses."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """The forecast at one size."""

    factor: float
    """Rows over those of the largest run."""
    samples: int
    value: Estimate
    """The 80 % band, in the metric's own direction."""
    gain: Estimate
    """Improvement over the largest run; positive is better."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The learning curve on one metric, and how far it can be trusted."""

    metric: str
    unit: str
    """"nats" or "share"."""
    form: str
    """The form of curve that predicted the largest size best, in words."""
    points: tuple[LadderPoint, ...]
    now: float
    """Mean at the largest size, in the metric's own direction."""
    ahead: tuple[Ahead, ...]
    """At 2 and 4 times the rows."""
    curve: tuple[tuple[int, float, float, float], ...]
    """(rows, value, low, high) from the smallest size to the farthest, for drawing."""
    heldout_errors: tuple[tuple[str, float], ...]
    """(form, error at the largest size from the others alone), log units, best first."""
    instead_of: str = ""
    """Why the curve is not about the goal's own metric; empty when it is."""

    @property
    def largest(self) -> int:
        """Rows of the largest run."""
        return max(each.samples for each in self.points)

    @property
    def measurable(self) -> bool:
        """False when the band of the gain at the farthest forecast size includes zero."""
        return bool(self.ahead) and self.ahead[-1].gain.low > 0
