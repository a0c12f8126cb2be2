"""The training step of a recipe, and what its simulation says about a device."""

from dataclasses import replace

from heuristics.basis import Basis, Estimate
from heuristics.facts.machine import Device
from heuristics.facts.simulation import Optimizer, SimulationFacts, TrainingStep
from heuristics.memory.formula import FLASH_FROM, capability, fit_of, is_padded, with_overhead
from heuristics.planning.recipe import MemoryPart, MemoryPrediction, PartName, Recipe
from heuristics.thresholds.costs import MemoryLimits

SOURCE = "simulation of the real model's training step, replayed through the allocator's rules"

OPTIMIZERS: dict[str, Optimizer] = {
    "adamw_torch": "adamw",
    "adamw_torch_fused": "adamw_fused",
    "adamw_8bit": "adamw_8bit",
    "adamw_bnb_8bit": "adamw_8bit",
    "paged_adamw_8bit": "paged_adamw_8bit",
    "adafactor": "adafactor",
}
"""Names that trainers give to optimizers."""
KIB, MIB = 1 << 10, 1 << 20
WORKSPACE = 2 * 4096 * KIB + 8 * 16 * KIB
"""Bytes of a cuBLAS workspace, aten/src/ATen/cuda/CublasHandlePool.cpp, `parseChosenWorkspaceSize` …"""
WORKSPACE_HOPPER = 8 * 4096 * KIB
"""… and from compute capability 9.0 on."""
HOPPER = 9


def training_step(recipe: Recipe, device: Device) -> TrainingStep | None:
    """What the pilot's trainer does with a recipe on a device; None for an optimizer that is not modelled."""
    optimizer = OPTIMIZERS.get(recipe.optimizer)
    if optimizer is None:
        return None
    half = recipe.precision != "fp32"
    # The pilot computes 4-bit products in bf16 on GPUs, whatever the rest is done in.
    compute = "bf16" if recipe.method == "qlora" and device.kind != "cpu" else recipe.precision
    step = TrainingStep(
        method=recipe.method,
        micro_batch=recipe.micro_batch,
        length=recipe.sequence_length,
        rank=recipe.rank,
        targets=tuple(each.strip() for each in recipe.targets.split(",")),
        weights="fp32" if recipe.method == "full" else compute,
        autocast=recipe.precision if half else None,
        # TRL turns the adapter of a quantised model to bf16 (trl/trainer/sft_trainer.py).
        adapter="bf16" if recipe.method == "qlora" else "fp32",
        checkpointing=recipe.checkpointing,
        optimizer=optimizer,
        packing=recipe.packing,
        padded=is_padded(recipe),
        loss="trl",
    )
    return on_device(step, device)


def on_device(step: TrainingStep, device: Device) -> TrainingStep:
    """The step with the kernels that torch chooses on a device."""
    eager = step.attention == "eager"
    if device.kind in ("cpu", "mps", "xpu"):
        return replace(step, on_cpu=device.kind == "cpu", attention=step.attention if eager else "expanded")
    found = capability(device)
    return replace(
        step,
        workspace=WORKSPACE_HOPPER if found >= HOPPER else WORKSPACE,
        attention=step.attention if eager else "flash" if found >= FLASH_FROM else "efficient",
    )


def predict_simulated(
    facts: SimulationFacts, available: int, on_cpu: bool, limits: MemoryLimits
) -> MemoryPrediction:
    """The prediction that a simulation makes for a device that can give `available` bytes."""
    own = limits.cpu_overhead if on_cpu else limits.context
    tensors = facts.allocated if on_cpu else facts.reserved
    need = tensors + own
    low = tensors * limits.simulated_low + (own if on_cpu else limits.context_least)
    high = tensors * limits.simulated_high + (own if on_cpu else limits.gpu_overhead)
    return MemoryPrediction(
        parts=with_overhead(_parts(facts), need),
        total=Estimate(need, min(low, need), max(high, need), "bytes", Basis.SIMULATED, SOURCE),
        available=available,
        fit=fit_of(need, available, limits),
    )


def _parts(facts: SimulationFacts) -> list[MemoryPart]:
    """The parts that the plan shows."""
    shown: tuple[PartName, ...] = ("weights", "adapter", "gradients", "optimizer", "activations", "logits")
    sizes = dict(facts.parts)
    return [MemoryPart(name, sizes[name]) for name in shown if sizes.get(name)]
