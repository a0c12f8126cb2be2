"""Memory of each GPU when a training step is divided among several, by arithmetic over the undivided step.

The undivided step is simulated, or worked out by formula. Weights, gradients and optimizer states are
divided; activations and logits belong to each GPU's own rows; what is gathered layer by layer is added.
"""

from dataclasses import replace

from heuristics.basis import Basis, Estimate
from heuristics.facts.machine import Device
from heuristics.facts.model import ModelShape
from heuristics.memory.formula import fit_of
from heuristics.planning.adapter import lora_parameters
from heuristics.planning.recipe import Engine, MemoryPart, MemoryPrediction, Offer, PartName, Recipe, Share
from heuristics.thresholds.limits import Limits

SHARED_GPUS = (2, 4, 8)
"""How many GPUs machines have when they have several."""
SHARING = Device("cuda", 0, "one of several GPUs", 0, 0, bf16=True, compute_capability="8.0")
"""Several GPUs of unknown kind: kernels of recent ones, and no say on what they hold."""
SOURCE = "shard arithmetic over the {basis} step of one GPU, gathered layers and buckets counted"


def gpus_of(offers: tuple[Offer, ...]) -> int:
    """GPUs of the cheapest fitting machine with several, else two."""
    return next((each.gpus for each in offers if each.gpus > 1), SHARED_GPUS[0])


def shared_recipe(recipe: Recipe, gpus: int) -> Recipe | None:
    """The recipe of each GPU: together they train the same rows per step, as the exported script shares them;
    None when the rows of a step cannot be shared equally."""
    each, rest = divmod(recipe.effective_batch, gpus)
    if rest or each < 1:
        return None
    micro = next(size for size in range(min(recipe.micro_batch, each), 0, -1) if each % size == 0)
    return replace(recipe, micro_batch=micro, accumulation=each // micro)


def fully_sharded(
    whole: MemoryPrediction, shape: ModelShape, recipe: Recipe, gpus: int, limits: Limits
) -> MemoryPrediction:
    """FSDP2 and ZeRO-3: everything divided, layers gathered while they are used."""
    parts = _sizes(whole)
    number = 2 if recipe.precision != "fp32" else 4
    root = shape.vocabulary * shape.hidden * (1 if shape.tied else 2)
    layer = max(0, shape.parameters - root) / max(1, shape.layers)
    gathered = number * (root + limits.shard.layers_gathered * layer)
    trained = root + 2 * layer if recipe.method == "full" else _adapter_of_two_layers(shape, recipe)
    _without_copies(parts, whole, shape, recipe)
    divided: tuple[PartName, ...] = ("weights", "adapter", "gradients", "optimizer")
    for name in divided:
        parts[name] = parts.get(name, 0.0) / gpus
    parts["gathered layers"] = gathered + number * trained
    parts["communication"] = limits.shard.communication
    return _predicted(parts, whole, limits)


def optimizer_sharded(
    whole: MemoryPrediction, shape: ModelShape, recipe: Recipe, gpus: int, limits: Limits
) -> MemoryPrediction:
    """ZeRO-2: weights whole on each GPU, gradients and optimizer states divided, buckets to reduce them."""
    parts = _sizes(whole)
    trained = shape.parameters if recipe.method == "full" else lora_parameters(shape, recipe.rank)
    divided: tuple[PartName, ...] = ("gradients", "optimizer")
    for name in divided:
        parts[name] = parts.get(name, 0.0) / gpus
    # The fp32 copy is divided too; a 16-bit one is whole everywhere.
    parts["adapter"] = parts.get("adapter", 0.0) * (0.5 + 1 / gpus)
    parts["buckets"] = limits.shard.buckets_alive * min(limits.shard.buckets, 2.0 * trained)
    parts["communication"] = limits.shard.communication
    return _predicted(parts, whole, limits)


def shares_of(
    whole: MemoryPrediction, shape: ModelShape, recipe: Recipe, counts: tuple[int, ...], limits: Limits
) -> tuple[Share, ...]:
    """Both engines for several numbers of GPUs; `whole` is one GPU's undivided step over its own rows."""
    made = []
    for gpus in counts:
        full = recipe.method == "full"
        sharded = fully_sharded(whole, shape, recipe, gpus, limits)
        zero = sharded if full else optimizer_sharded(whole, shape, recipe, gpus, limits)
        if recipe.method != "qlora":
            made.append(_share(gpus, "FSDP2", recipe, sharded))
        made.append(_share(gpus, "DeepSpeed ZeRO-3" if full else "DeepSpeed ZeRO-2", recipe, zero))
    return tuple(made)


def _share(gpus: int, engine: Engine, recipe: Recipe, memory: MemoryPrediction) -> Share:
    parts = tuple((each.name, each.bytes) for each in memory.parts)
    return Share(gpus, engine, recipe.micro_batch, memory.total, parts)


def _sizes(whole: MemoryPrediction) -> dict[PartName, float]:
    return {each.name: float(each.bytes) for each in whole.parts}


def _adapter_of_two_layers(shape: ModelShape, recipe: Recipe) -> float:
    return 2.0 * lora_parameters(shape, recipe.rank) / max(1, shape.layers)


def _without_copies(
    parts: dict[PartName, float], whole: MemoryPrediction, shape: ModelShape, recipe: Recipe
) -> None:
    """Layers are gathered in 16 bits already: the copies that autocast makes on one GPU are not made."""
    if recipe.method != "full" or recipe.precision == "fp32":
        return
    holder: PartName = "activations" if whole.total.basis is Basis.SIMULATED else "weights"
    parts[holder] = max(0.0, parts.get(holder, 0.0) - 2.0 * shape.parameters)


def _predicted(parts: dict[PartName, float], whole: MemoryPrediction, limits: Limits) -> MemoryPrediction:
    need = sum(parts.values())
    shard = limits.shard
    source = SOURCE.format(basis="simulated" if whole.total.basis is Basis.SIMULATED else "estimated")
    total = Estimate(need, need * shard.low, need * shard.high, "bytes", whole.total.basis, source)
    return MemoryPrediction(
        tuple(MemoryPart(name, round(size)) for name, size in parts.items() if size > 0),
        total,
        whole.available,
        fit_of(need, whole.available, limits.memory),
    )
