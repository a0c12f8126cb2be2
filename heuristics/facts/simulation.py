"""What a training step is made of, as far as memory goes, and what its simulation found."""

from dataclasses import dataclass
from typing import Literal

from heuristics.planning.recipe import Method

MOST_TOKENS = 1 << 24
"""Tokens of one micro-batch; more is a mistake, not a training step."""
Number = Literal["fp32", "bf16", "fp16"]
LossKernel = Literal["stock", "trl", "liger", "cut"]
Optimizer = Literal["adamw", "adamw_fused", "adamw_8bit", "paged_adamw_8bit", "adafactor"]
Attention = Literal["flash", "efficient", "expanded", "eager"]
"""From which kernels torch may choose: with flash, which takes 16 bits and no mask, or without it.

"expanded" is the memory-efficient one on copied key heads, as some scripts pin it; "eager" is the model's own
code."""


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """Everything that decides the memory of a training step of one model."""

    method: Method
    micro_batch: int
    length: int
    """Tokens per row, padding counted."""
    rank: int = 16
    targets: tuple[str, ...] = ("all-linear",)
    weights: Number = "bf16"
    """Number format of the loaded weights, and of the products of 4-bit ones."""
    autocast: Number | None = "bf16"
    """Number format to which products are cast, None when the trainer casts nothing."""
    adapter: Number = "fp32"
    upcast: bool = False
    """True when what is not quantised is turned to fp32 (`prepare_model_for_kbit_training`)."""
    double_quantisation: bool = True
    master: bool = False
    """True when 16-bit trained weights have an fp32 copy in the optimizer."""
    checkpointing: bool = False
    optimizer: Optimizer = "adamw"
    attention: Attention = "flash"
    packing: bool = False
    padded: bool = False
    """True when rows of unlike length make a batch, so that attention gets a mask."""
    clear_cache: bool = True
    """True when unused memory is returned after the upcast, as peft does since 0.20."""
    loss: LossKernel = "trl"
    workspace: int = 8_519_680
    """Bytes of one cuBLAS workspace."""
    on_cpu: bool = False
    """True for the CPU's own kernels, without anything that CUDA adds."""


@dataclass(frozen=True, slots=True)
class MemoryPhase:
    """The highest memory within one phase, bytes."""

    name: str
    allocated: int
    reserved: int


@dataclass(frozen=True, slots=True)
class SimulationFacts:
    """Peak memory of a simulated run: loading, then two training steps."""

    model: str
    step: TrainingStep
    allocated: int
    """Highest bytes of tensors."""
    reserved: int
    """Highest bytes that the allocator held."""
    phases: tuple[MemoryPhase, ...]
    parts: tuple[tuple[str, int], ...]
    """Bytes by purpose at the peak; "fragmentation" is what is reserved beside them."""
    parameters: int
    trained_parameters: int
    seconds: float
    """What the simulation took."""
    versions: tuple[tuple[str, str], ...] = ()
