"""The full run's recipe as it fits on the GPUs of one offer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from heuristics.facts.machine import Device
from heuristics.facts.market import CloudOffer
from heuristics.facts.model import ModelShape
from heuristics.facts.simulation import SimulationFacts, TrainingStep
from heuristics.memory.formula import load_of, predict
from heuristics.memory.sharded import fully_sharded
from heuristics.memory.simulated import predict_simulated, training_step
from heuristics.planning.recipe import MemoryPrediction, Recipe
from heuristics.thresholds.limits import Limits

Kept = Callable[[TrainingStep], SimulationFacts | None]
"""The simulation of a step as far as one is known."""


def nothing_kept(_step: TrainingStep) -> None:
    """No step was simulated."""


@dataclass(frozen=True, slots=True)
class Rented:
    """What each GPU of an offer does."""

    recipe: Recipe
    """Micro-batch and accumulation of each GPU; together they train the full run's rows per step."""
    memory: MemoryPrediction
    sharded: bool
    step: TrainingStep | None
    """What a simulation would have to be of."""


def rented(
    shape: ModelShape, recipe: Recipe, offer: CloudOffer, limits: Limits, kept: Kept = nothing_kept
) -> Rented | None:
    """The recipe as it fits on each GPU of an offer: halved micro-batch, then recomputed activations, then
    weights divided among the GPUs; None when it does not fit at all or cannot be shared equally."""
    if recipe.effective_batch % offer.gpus:
        return None
    device = rented_device(offer)
    divided = (False, True) if offer.gpus > 1 and recipe.method != "qlora" else (False,)
    for sharded in divided:
        for candidate in _candidates(recipe, offer):
            step = training_step(candidate, device)
            memory = step_memory(shape, candidate, device, limits, kept)
            if sharded:
                memory = fully_sharded(memory, shape, candidate, offer.gpus, limits)
            if memory.fit == "fits":
                return Rented(candidate, memory, sharded, step)
    return None


def step_memory(
    shape: ModelShape, recipe: Recipe, device: Device, limits: Limits, kept: Kept
) -> MemoryPrediction:
    """One GPU's peak: by simulation where there is one, else by formula."""
    step = training_step(recipe, device)
    facts = kept(step) if step is not None else None
    if facts is not None:
        return predict_simulated(facts, device.memory_free, False, limits.memory)
    return predict(load_of(shape, recipe, device), device.memory_free, False, limits.memory)


def rented_device(offer: CloudOffer) -> Device:
    """A GPU of the offer as a device with nothing on it."""
    return Device(
        kind="rocm" if offer.vendor == "AMD" else "cuda",
        index=0,
        name=offer.gpu,
        memory_total=offer.gpu_memory,
        memory_free=offer.gpu_memory,
        bf16=offer.bf16,
        compute_capability=offer.compute_capability,
    )


def _candidates(recipe: Recipe, offer: CloudOffer) -> Iterator[Recipe]:
    """Fast ones first; the rows of a step stay the same in all."""
    each = recipe.effective_batch // offer.gpus
    there = replace(recipe, precision="bf16" if offer.bf16 else "fp16")
    for checkpointing in dict.fromkeys((recipe.checkpointing, True)):
        for micro in range(each, 0, -1):
            # Powers of two parts of the share: the rest adds steps to simulate and little speed.
            if each % micro == 0 and (each // micro) & (each // micro - 1) == 0:
                yield replace(
                    there, micro_batch=micro, accumulation=each // micro, checkpointing=checkpointing
                )
