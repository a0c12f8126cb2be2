"""Training settings, and the plan that gives each a reason."""

from dataclasses import dataclass
from typing import Literal

from heuristics.basis import Basis, Estimate

Method = Literal["full", "lora", "qlora"]
Fit = Literal["fits", "tight", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything a trainer needs to know; one recipe means one training run, wherever it runs."""

    model: str
    method: Method
    learning_rate: float
    micro_batch: int
    accumulation: int
    epochs: float
    sequence_length: int
    samples: int
    """Training rows of the pilot."""
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    targets: str = "all-linear"
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    checkpointing: bool = False
    optimizer: str = "adamw_torch"
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    warmup_share: float = 0.03
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    packing: bool = False
    trained_tokens: Literal["answers", "all"] = "answers"
    template: Literal["chat", "plain", "none"] = "chat"
    seed: int = 17

    @property
    def effective_batch(self) -> int:
        """Examples per optimizer step on one device."""
        return self.micro_batch * self.accumulation


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the plan: a setting, its value, and why."""

    setting: str
    """Field of the recipe, such as "learning_rate"."""
    label: str
    value: str
    """As shown to a person, with unit."""
    reason: str
    """One sentence."""
    source: str
    basis: Basis
    low: float | None = None
    high: float | None = None
    invalidates: str = ""
    """What was measured with this value and must be measured again when it changes; empty when nothing."""


@dataclass(frozen=True, slots=True)
class MemoryPart:
    """One part of the predicted peak."""

    name: Literal["weights", "adapter", "gradients", "optimizer", "activations", "logits", "overhead"]
    bytes: int


@dataclass(frozen=True, slots=True)
class MemoryPrediction:
    """Predicted peak memory of one training step."""

    parts: tuple[MemoryPart, ...]
    total: Estimate
    """Bytes."""
    available: int
    """Bytes the device can give."""
    fit: Fit


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One line of "what can this machine train": a model size and the answer for each method."""

    model: str
    parameters: int
    full: Fit
    lora: Fit
    qlora: Fit
    limit: str = ""
    """What the leanest method needs, of what there is."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A model that was considered and not recommended."""

    model: str
    reason: str
    fit: Fit


@dataclass(frozen=True, slots=True)
class Offer:
    """A cloud machine on which the full run would fit."""

    provider: str
    instance: str
    gpu: str
    gpus: int
    usd_per_hour: float
    spot: bool
    hours: Estimate
    cost: Estimate
    """USD, with the allowance for set-up and one failed run."""
    date: str
    """Date of the price."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe with its reasons and its predicted memory, time and cost."""

    recipe: Recipe
    choices: tuple[Choice, ...]
    memory: MemoryPrediction
    pilot_time: Estimate
    """Seconds for the whole pilot."""
    full_time: Estimate
    """Seconds for the full run on this machine."""
    full_rows: int
    """Training rows of the full run."""
    sizes: tuple[SizeRow, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    offers: tuple[Offer, ...] = ()
    device: str = ""
    """Name of the device the plan is for."""
    full_recipe: Recipe | None = None
    """The recipe of the full run: passes, batch and rate re-derived for all training rows."""
    full_choices: tuple[Choice, ...] = ()
    """The settings of the full run that differ from the pilot's, each with its own reason."""
    sibling: Alternative | None = None
    """A smaller model of the same family for a pilot here; None where the chosen one fits."""
