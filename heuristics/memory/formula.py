"""Peak memory of one training step by formula."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from heuristics.basis import Basis, Estimate
from heuristics.facts.machine import Device
from heuristics.facts.model import ModelShape
from heuristics.planning.adapter import lora_parameters, widths
from heuristics.planning.recipe import Fit, MemoryPart, MemoryPrediction, Method, PartName, Recipe
from heuristics.thresholds.costs import MemoryLimits

SOURCE = "formula over weights, trained state, activations and tiled loss; calibrated on torchtune's README"

FLASH_FROM = 8
"""Compute capability from which CUDA has the flash kernel, for 16 bits."""
AttentionKept = Literal["fused", "copied", "matrix"]
"""What attention keeps for the backward pass: its inputs alone, also copies of the key heads and a mask, or
the whole matrix of weights."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is trained, and how much of it at once."""

    shape: ModelShape
    method: Method
    rank: int
    micro_batch: int
    length: int
    """Tokens per row, padding counted."""
    precision: str
    checkpointing: bool
    attention: AttentionKept = "fused"


def load_of(shape: ModelShape, recipe: Recipe, device: Device) -> Load:
    """What a recipe keeps in the memory of a device."""
    return Load(
        shape,
        recipe.method,
        recipe.rank,
        recipe.micro_batch,
        recipe.sequence_length,
        recipe.precision,
        recipe.checkpointing,
        attention_kept(shape, device, recipe.precision, is_padded(recipe)),
    )


def attention_kept(shape: ModelShape, device: Device, precision: str, padded: bool) -> AttentionKept:
    """Rows of unlike length need a mask, which flash does not take; without flash, shared key heads are
    computed step by step (torch: aten/src/ATen/native/transformers/cuda/sdp_utils.cpp)."""
    if padded:
        return "copied"
    shared = shape.kv_heads < shape.heads
    if shared and device.kind == "cuda" and (precision == "fp32" or capability(device) < FLASH_FROM):
        return "matrix"
    return "fused"


def is_padded(recipe: Recipe) -> bool:
    """True when a micro-batch holds several rows, which hardly ever have one length."""
    return recipe.micro_batch > 1 and not recipe.packing


def capability(device: Device) -> float:
    """Major and minor compute capability as one number; a GPU that does not tell counts as a recent one."""
    try:
        return float(device.compute_capability or FLASH_FROM)
    except ValueError:
        return FLASH_FROM


def predict(load: Load, available: int, on_cpu: bool, limits: MemoryLimits) -> MemoryPrediction:
    """Predicted peak on a device that can give `available` bytes."""
    parts = _parts(load, on_cpu, limits)
    overhead = limits.cpu_overhead if on_cpu else limits.gpu_overhead
    subtotal = sum(parts.values())
    parts["overhead"] = subtotal * (limits.allowance - 1) + overhead
    need = subtotal * limits.allowance + overhead
    # The spread is that of the computed part, and of what contexts take on unlike GPUs and drivers.
    least = overhead if on_cpu else limits.context_least
    low, high = subtotal * limits.low + least, subtotal * limits.allowance * limits.high + overhead
    return MemoryPrediction(
        parts=tuple(MemoryPart(name, round(size)) for name, size in parts.items() if size > 0),
        total=Estimate(need, min(low, need), high, "bytes", Basis.FORMULA, SOURCE),
        available=available,
        fit=fit_of(need, available, limits),
    )


def fit_of(need: float, available: int, limits: MemoryLimits) -> Fit:
    """Whether `need` bytes go into `available`."""
    if need <= available * limits.fits_share:
        return "fits"
    return "tight" if need <= available else "no"


def with_overhead(parts: Sequence[MemoryPart], need: float) -> tuple[MemoryPart, ...]:
    """The parts of the tensors as they are; what `need` holds beside them is overhead."""
    known = [each for each in parts if each.name != "overhead"]
    rest = round(need) - sum(each.bytes for each in known)
    return (*known, MemoryPart("overhead", max(0, rest)))


def available_on(device: Device) -> int:
    """Bytes that training can take on a device now, never negative."""
    return max(0, min(device.memory_free, device.memory_total))


def weight_bytes(shape: ModelShape, method: Method, precision: str, limits: MemoryLimits) -> float:
    """Bytes of the base weights: 16 or 32 bits each; quantised linear layers with 16-bit embeddings."""
    if method == "full":
        return 4.0 * shape.parameters
    if method == "lora":
        return _element(precision) * float(shape.parameters)
    embeddings = shape.vocabulary * shape.hidden * (1 if shape.tied else 2)
    linear = max(0, shape.parameters - embeddings)
    # One matrix is unpacked to 16 bits at a time.
    unpacked = 2.0 * shape.hidden * shape.intermediate
    return limits.nf4_bytes * linear + 2.0 * min(embeddings, shape.parameters) + unpacked


def activation_bytes(load: Load) -> float:
    """Bytes kept for the backward pass, with fused attention: per layer and token 17h + 6d_q + 8d_kv + 8f
    in 16 bits; with checkpointing the layers' inputs and one layer recomputed."""
    shape = load.shape
    query, key = widths(shape)
    per_layer = 17 * shape.hidden + 6 * query + 8 * key + 8 * shape.intermediate
    inputs = 2 * shape.hidden
    per_token: float = inputs * shape.layers + per_layer if load.checkpointing else per_layer * shape.layers
    per_token += _attention_extra(load) * (1 if load.checkpointing else shape.layers)
    if load.method != "full":
        per_token += 2 * 7 * load.rank * shape.layers
    return per_token * load.micro_batch * load.length * _element(load.precision) / 2


def _attention_extra(load: Load) -> float:
    """Bytes per layer and token in 16 bits: copies of keys and values for each query head, and a row of the
    mask; or the weights of each head in 32 bits."""
    query, key = widths(load.shape)
    match load.attention:
        case "copied":
            return (4 * query if key < query else 0) + 2 * load.length
        case "matrix":
            return 2 * 2 * query + 4 * load.shape.heads * load.length * 2 / _element(load.precision)
        case "fused":
            return 0.0


def _parts(load: Load, on_cpu: bool, limits: MemoryLimits) -> dict[PartName, float]:
    shape = load.shape
    half = _element(load.precision) == 2
    weights = weight_bytes(shape, load.method, load.precision, limits)
    full = load.method == "full"
    trained = shape.parameters if full else lora_parameters(shape, load.rank)
    # Under autocast full fine-tuning keeps a 16-bit copy of its 32-bit weights.
    copies = 2.0 * shape.parameters if full and half else 0.0
    tokens = min(load.micro_batch * load.length, limits.loss_tile_tokens)
    logits = tokens * min(shape.vocabulary, limits.loss_tile_vocabulary)
    # On a GPU the loss kernel keeps its tile in the format of the products (trl/kernels/chunked_logprob.py).
    each = limits.logit_bytes if on_cpu else _element(load.precision)
    return {
        "weights": weights + copies,
        "adapter": 0.0 if full else 4.0 * trained,
        "gradients": 4.0 * trained,
        "optimizer": 8.0 * trained,
        "activations": activation_bytes(load),
        "logits": each * logits,
    }


def _element(precision: str) -> int:
    return 4 if precision == "fp32" else 2
