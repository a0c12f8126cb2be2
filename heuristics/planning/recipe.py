"""Training settings, and the plan that gives each a reason."""

import math
from dataclasses import dataclass
from typing import Literal

from heuristics.basis import Basis, Estimate
from heuristics.facts.experiment import PilotSchedule

Method = Literal["full", "lora", "qlora"]
Fit = Literal["fits", "tight", "no", "unknown"]
PartName = Literal[
    "weights",
    "adapter",
    "gradients",
    "optimizer",
    "activations",
    "logits",
    "gathered layers",
    "buckets",
    "communication",
    "overhead",
]
"""What the peak memory of a training step consists of; gathered layers, buckets and communication only on
several GPUs."""
Engine = Literal["FSDP2", "DeepSpeed ZeRO-2", "DeepSpeed ZeRO-3"]
HoursPart = Literal["training", "set-up", "transfer", "interruptions"]


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

    def __post_init__(self) -> None:
        """Raises ValueError for what no trainer can do, such as a damaged file may say."""
        least = (self.micro_batch, self.accumulation, self.sequence_length)
        if min(least) < 1 or self.samples < 0 or self.rank < 0:
            raise ValueError("a count of rows, steps or tokens is below what a recipe needs")
        if not all(map(math.isfinite, (self.learning_rate, self.epochs, self.warmup_share))):
            raise ValueError("the learning rate, the passes or the warm-up are not a number")

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

    name: PartName
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
    uncorrected: float | None = None
    """Bytes before the correction by what pilots measured here, None where there was none."""


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
    """USD, with the allowance for one failed run."""
    date: str
    """Date of the price."""
    source: str = ""
    parts: tuple[tuple[HoursPart, float], ...] = ()
    """What the hours are for."""
    memory: Estimate | None = None
    """Peak bytes on each GPU, by simulation where there is one."""
    gpu_memory: int = 0
    """Bytes of each GPU."""
    micro_batch: int = 0
    """Rows at once on each GPU."""
    checkpointing: bool = False
    precision: str = ""
    """Number format in which its GPUs train."""
    sharded: bool = False
    """True when weights and optimizer are divided among the GPUs (FSDP2)."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """A GPU that could be bought instead of rented."""

    gpu: str
    usd: float
    """Launch price of the board alone."""
    hours: Estimate
    """Of one full run."""
    electricity: Estimate
    """USD of one full run."""
    date: str
    source: str
    runs: float | None
    """Full runs from which it is cheaper than the cheapest offer; None when it never is."""


@dataclass(frozen=True, slots=True)
class Money:
    """What the full run costs here, and when another place is better."""

    watts: Estimate
    """From the socket while training here."""
    price: Estimate
    """USD per kWh."""
    energy: Estimate
    """kWh of the full run here."""
    cost: Estimate
    """USD of that electricity."""
    rows_in_time: int | None
    """Training rows that this machine gets through within the budget; None where a row costs no time."""
    faster_from: int | None = None
    """Training rows from which the cheapest offer is done sooner than this machine; None when never."""
    rows_for_money: int | None = None
    """Training rows that the cheapest offer does within the budget of money."""
    purchase: Purchase | None = None
    lines: tuple[str, ...] = ()
    """The same in sentences."""


@dataclass(frozen=True, slots=True)
class Share:
    """Memory of each GPU when the full run is divided among several."""

    gpus: int
    engine: Engine
    micro_batch: int
    """Rows at once on each GPU."""
    memory: Estimate
    """Peak bytes on each GPU."""
    parts: tuple[tuple[PartName, int], ...]


@dataclass(frozen=True, slots=True)
class StandIn:
    """A smaller model that runs the pilot in place of the plan's."""

    model: str
    parameters: int
    recipe: Recipe
    """Of the pilot."""
    full: Recipe
    """What the same model would be trained with on all rows; rates are carried over to it."""
    fit: Fit


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
    pilot_schedule: PilotSchedule | None = None
    """What the pilot's budget is expected to pay for, and what it then can and cannot decide."""
    pilot_needed: float = 0.0
    """Seconds with which the pilot would have to give up nothing."""
    full_recipe: Recipe | None = None
    """The recipe of the full run: passes, batch and rate re-derived for all training rows."""
    full_memory: MemoryPrediction | None = None
    """Peak memory of the full run; None in plans of older versions, which showed the pilot's."""
    full_choices: tuple[Choice, ...] = ()
    """The settings of the full run that differ from the pilot's, each with its own reason."""
    sibling: Alternative | None = None
    """A smaller model of the same family for a pilot here; None where the chosen one fits."""
    shares: tuple[Share, ...] = ()
    """The full run on several GPUs, by the engines that the exports use."""
    money: Money | None = None
    stand_in: StandIn | None = None
    """Set when the pilot trains a smaller model in place of this one."""
