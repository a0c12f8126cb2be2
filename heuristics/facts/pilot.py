"""What a pilot has measured so far."""

from dataclasses import dataclass
from typing import Literal

from heuristics.basis import Estimate
from heuristics.facts.experiment import (
    Alarm,
    Forgetting,
    GroupShift,
    Memorised,
    Outlier,
    Phase,
    PilotSchedule,
    RateEvidence,
    Rung,
    Vote,
)


@dataclass(frozen=True, slots=True)
class Proof:
    """The longest real micro-batch, trained with an optimizer step."""

    micro_batch: int
    accumulation: int
    sequence_length: int
    longest_tokens: int
    """Tokens of the longest row after truncation."""
    peak_bytes: int
    """Highest memory during the step: held by the allocator and the context on a GPU, resident on a CPU."""
    baseline_bytes: int
    """Memory of the same kind before the model was loaded."""
    seconds_per_step: float
    """Per optimizer step of `accumulation` micro-batches, median."""
    tokens_per_second: float
    """Trained plus prompt tokens, padding not counted."""
    device: str
    """Kind of device, such as "cpu" or "cuda"."""
    precision: str
    retries: int = 0
    """How often out-of-memory was answered by halving the micro-batch."""


@dataclass(frozen=True, slots=True)
class Score:
    """One model on one set of held-out rows."""

    name: str
    """"base", "base few-shot", "tuned" …"""
    split: Literal["validation", "test", "general"]
    items: int
    answer_tokens: int
    loss: float
    """Mean negative log-likelihood per answer token, nats."""
    perplexity: float
    token_accuracy: float
    """Share of answer tokens whose most likely prediction is right, 0 to 1."""
    exact_match: float | None = None
    """Share of rows whose greedy answer equals the reference after trimming, None when not generated."""
    token_f1: float | None = None
    """Mean F1 of the words of the greedy answer against the reference, None when not generated."""
    generated: int = 0
    """Rows that were generated for exact_match."""

    def of(self, metric: str) -> float | None:
        """The value of a goal's metric, None when it was not measured."""
        return {"loss": self.loss, "exact_match": self.exact_match, "token_f1": self.token_f1}[metric]


@dataclass(frozen=True, slots=True)
class Run:
    """One short training run."""

    id: str
    phase: Phase
    learning_rate: float
    samples: int
    epochs: float
    seed: int
    steps: int
    """Optimizer steps done."""
    planned_steps: int
    train_loss: tuple[tuple[int, float], ...]
    """(step, loss), thinned to at most 200 points."""
    heldout_loss: tuple[tuple[int, float], ...]
    """(step, loss on validation), all evaluations."""
    best_heldout: float | None = None
    seconds: float = 0.0
    tokens_per_second: float = 0.0
    peak_bytes: int = 0
    diverged: bool = False
    stopped: str = ""
    """Why it ended early, empty when it ran to its end."""
    cleaned: bool = False
    """True for the arm that trains on the cleaned rows."""


@dataclass(frozen=True, slots=True)
class Gain:
    """Improvement of the tuned model over a baseline on the test rows; positive is better."""

    name: Literal["loss", "task", "format", "exact_match", "token_f1", "cleaning"]
    """"cleaning": the fall of the loss from training on cleaned instead of raw rows, over equal tokens."""
    estimate: Estimate
    """Interval at `confidence`."""
    baseline: str
    """Which baseline: "base", "base few-shot"."""
    items: int
    seeds: int
    confidence: float = 0.95
    p_value: float | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One held-out row answered by both models, for a person to read."""

    row: int
    prompt: str
    reference: str
    base: str
    tuned: str


@dataclass(frozen=True, slots=True)
class PilotFacts:
    """Everything a pilot measured; grows while it runs."""

    model: str = ""
    method: str = ""
    proof: Proof | None = None
    scores: tuple[Score, ...] = ()
    runs: tuple[Run, ...] = ()
    gains: tuple[Gain, ...] = ()
    samples: tuple[Sample, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    schedule: PilotSchedule | None = None
    """None until the proof has measured the speed."""
    rate: RateEvidence | None = None
    """None when the rate phase was left out or has not ended."""
    rungs: tuple[Rung, ...] = ()
    """Finished runs of the ladder; the same size may occur with several seeds."""
    forgetting: Forgetting | None = None
    memorised: Memorised | None = None
    shifts: tuple[GroupShift, ...] = ()
    """Counterfactual pairs, one for each measured run."""
    outliers: tuple[Outlier, ...] = ()
    """Training rows that the tuned model still finds far harder than the others, worst first."""
    votes: tuple[Vote, ...] = ()
    """The user's blind choices between the answers of the two models."""
    settled: str = ""
    """Why the pilot left out the rest of its schedule, empty when it did not."""
    seconds: float = 0.0
    complete: bool = False
    """True when every planned phase ended by itself."""
    ended: str = ""
    """Why it ended when not complete: "stopped", "killed", a failure in words; empty while running."""
    adapter: str | None = None
    """Folder of the tuned adapter or model, None when none was saved."""

    def gain(self, name: str) -> Gain | None:
        """The measured gain of one name, None when not measured."""
        return next((each for each in self.gains if each.name == name), None)

    def score(self, name: str, split: str) -> Score | None:
        """The score of one model on one split, None when not measured."""
        return next((each for each in self.scores if each.name == name and each.split == split), None)
