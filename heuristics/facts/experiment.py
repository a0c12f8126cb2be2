"""What the pilot's phases find out: schedule, rate, ladder, watch, and what tuning did besides the task."""

from dataclasses import dataclass
from typing import Literal

from heuristics.basis import Estimate

Phase = Literal["proof", "baseline", "rate", "ladder", "final"]
PHASES: tuple[Phase, ...] = ("proof", "baseline", "rate", "ladder", "final")

AlarmKind = Literal[
    "loss_spike",
    "perplexity_spike",
    "divergence",
    "nan",
    "overfitting",
    "plateau",
    "stall",
    "memory_creep",
    "zero_gradient",
    "throttling",
    "paging",
]
Cause = Literal["data", "learning rate", "numerics", "machine", "unknown"]


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One training run that the schedule holds."""

    id: str
    phase: Literal["rate", "ladder"]
    samples: int
    epochs: float
    seed: int
    rate_factor: float = 1.0
    """Learning rate over the prior in the rate phase; 1 on the ladder, which uses the rate found."""
    cleaned: bool = False


@dataclass(frozen=True, slots=True)
class Possible:
    """A question that the pilot may answer, and whether this budget lets it."""

    question: str
    answered: bool
    why: str = ""
    """What is missing when not."""


@dataclass(frozen=True, slots=True)
class PilotSchedule:
    """What the pilot will do, fixed once after the proof from measured speed."""

    budget: float
    """Seconds the user gave."""
    seconds: dict[Phase, float]
    """Predicted seconds of each phase after the proof."""
    runs: tuple[PlannedRun, ...]
    validation: int
    test: int
    generated: int
    """Test rows that are answered by generation."""
    shots: int
    """Solved examples of the few-shot baseline, 0 when it is left out."""
    dropped: tuple[str, ...] = ()
    """What was given up to fit the budget, in the order of giving up."""
    possible: tuple[Possible, ...] = ()
    """What the budget can and cannot decide."""
    rate_runs: int = 0
    """Most runs of the rate phase, extensions at an edge included."""

    @property
    def total(self) -> float:
        """Predicted seconds of everything after the proof."""
        return sum(self.seconds.values())


@dataclass(frozen=True, slots=True)
class RatePoint:
    """One short decayed run of the rate phase."""

    run: str
    learning_rate: float
    heldout_loss: float | None = None
    """Nats per answer token at its end; None when it diverged."""


@dataclass(frozen=True, slots=True)
class RateEvidence:
    """What the rate phase says about the learning rate."""

    prior: float
    best: float
    """The rate that the ladder uses."""
    low: float
    high: float
    """Rates between which the fitted loss stays within the paired noise of its minimum."""
    basis: Literal["parabola", "prior", "best tried", "none"]
    """"prior": differences are within noise; "best tried": the optimum lies at an edge; "none": every run
    diverged."""
    noise: float
    """Standard error of a paired difference of held-out losses, nats per answer token."""
    points: tuple[RatePoint, ...]
    """By rising rate."""
    full_run: float
    """The rate carried over to the full run's steps and batch."""
    full_low: float
    full_high: float
    reason: str
    """In one or two sentences: what was found, and how it was carried over."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One finished run of the ladder, scored on the same validation rows as all others."""

    run: str
    samples: int
    seed: int
    heldout_loss: float
    """Nats per answer token at the end of the run."""
    task_gain: float | None = None
    """Rise of the loss under swapped prompts over the base's rise, nats; None without prompts to swap."""
    metric: str = "loss"
    """The goal's metric …"""
    value: float | None = None
    """… on validation rows (for "loss" the held-out loss); None when there was no time to generate."""
    items: int = 0
    """Validation rows behind heldout_loss."""
    metric_items: int = 0
    """Validation rows behind value."""
    cleaned: bool = False
    """True for the arm that trains on the cleaned rows; never part of the learning curve."""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Change of the loss on general text from the base to the tuned model."""

    rise: Estimate
    """Share of the base's loss; positive is forgotten."""
    items: int
    probe: str
    """Where the general text comes from."""


@dataclass(frozen=True, slots=True)
class Memorised:
    """Greedy continuations of training rows that repeat them word for word."""

    rows: int
    """Training rows that were continued."""
    reproduced: int
    """Rows of which the tuned model repeats at least `least_tokens` in a row."""
    by_base: int
    """Rows of which the base model does so too: known before, not memorised here."""
    heldout_rows: int
    """Held-out rows that were continued …"""
    heldout_reproduced: int
    """… and repeated: answers that follow from their prompts are repeated there too."""
    longest: int
    """Longest repetition of a training row by the tuned model, tokens."""
    least_tokens: int
    lines: tuple[int, ...] = ()
    """Line numbers of reproduced rows, at most 20."""


@dataclass(frozen=True, slots=True)
class GroupShift:
    """How far one run moved the model's preference between the two words of counterfactual pairs."""

    run: str
    samples: int
    seed: int
    name: str
    """Which pairs, such as "pronouns by occupation"."""
    pairs: int
    base: float
    """Mean log-probability of the first word over the second, nats, base model."""
    tuned: float
    spread: float
    """Mean absolute change over the pairs, nats."""
    first: str = ""
    """The first word of each pair; empty in older recordings."""
    second: str = ""

    @property
    def shift(self) -> float:
        """Change of the mean preference, nats."""
        return self.tuned - self.base

    @property
    def towards(self) -> str:
        """Which word gained, such as ", towards “he”"; empty when the words are not known."""
        word = self.first if self.shift > 0 else self.second
        return f", towards “{word}”" if word and self.shift else ""


@dataclass(frozen=True, slots=True)
class Outlier:
    """A training row whose loss after training stands far out."""

    row: int
    """Line number, 1-based, in the source file."""
    loss: float
    """Nats per answer token, tuned model."""
    usual: float
    """Median of the training rows that were scored."""
    excess: float
    """Robust standard deviations above the median."""
    excerpt: str = ""
    """The beginning of the answer."""


@dataclass(frozen=True, slots=True)
class Vote:
    """One blind choice between the answers of the base and the tuned model."""

    row: int
    chosen: Literal["base", "tuned", "tie"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something in a run that needs attention."""

    kind: AlarmKind
    run: str
    step: int
    text: str
    do: str
    cause: Cause = "unknown"
    """What the evidence points to."""
    rows: tuple[int, ...] = ()
    """Line numbers of the rows in the batch, hardest first, where they are part of the evidence."""
