"""The settings of a plan, decided together: method, precision, batch, rate and length with their reasons."""

from dataclasses import dataclass, replace

from heuristics.facts.data import DataFacts
from heuristics.facts.machine import Device, MachineFacts
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.goal import Goal
from heuristics.memory.formula import available_on, load_of, predict
from heuristics.planning.adapter import choose_rank
from heuristics.planning.batch import effective_batch, largest_power_of_two, steps_of
from heuristics.planning.epochs import choose_epochs
from heuristics.planning.knobs import Knobs
from heuristics.planning.learning_rate import rate_prior
from heuristics.planning.recipe import MemoryPrediction, Method, Recipe
from heuristics.planning.samples import choose_samples, training_rows
from heuristics.planning.sequence import choose_length, mean_tokens
from heuristics.thresholds.limits import Limits
from heuristics.thresholds.settings import RateLimits

METHODS: tuple[Method, ...] = ("lora", "qlora")
"""Tried in this order when the user did not choose; full fine-tuning only on request."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What the user asks of the pilot beside its recipe, as far as it costs time."""

    seeds: int | None = None
    """Runs at each of the smallest sizes, None for the usual number."""
    cleaned: bool = False
    """True when the cleaned rows get a run of their own."""


NO_EXTRAS = Extras()


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is made from."""

    machine: MachineFacts
    data: DataFacts | None
    model: ModelFacts
    goal: Goal
    knobs: Knobs
    limits: Limits
    extras: Extras = NO_EXTRAS

    @property
    def device(self) -> Device:
        """The device that trains."""
        return self.machine.device

    @property
    def shape(self) -> ModelShape:
        """Sizes of the model."""
        return self.model.shape


def choose_precision(device: Device, shape: ModelShape, limits: Limits) -> str:
    """ "bf16" where the device does it well (on a CPU only for models that gain from it), "fp16" on CUDA
    devices that only do that, else "fp32"."""
    if device.kind == "cpu":
        return "bf16" if device.bf16 and shape.parameters >= limits.plan.cpu_bf16_from else "fp32"
    if device.bf16:
        return "bf16"
    return "fp16" if device.kind in ("cuda", "rocm") else "fp32"


def can_quantise(machine: MachineFacts) -> bool:
    """True when 4-bit base weights can be trained on here."""
    return machine.quantisation and machine.device.kind != "mps"


def memory_by_formula(ground: Ground, recipe: Recipe) -> MemoryPrediction:
    """Peak memory of a recipe's training step on the plan's device."""
    load = load_of(ground.shape, recipe, ground.device)
    on_cpu = ground.device.kind == "cpu"
    return predict(load, available_on(ground.device), on_cpu, ground.limits.memory)


def pilot_recipe(ground: Ground) -> Recipe:
    """The recipe of the pilot: every setting by its rule, except those that the user fixed."""
    knobs, limits, shape = ground.knobs, ground.limits, ground.shape
    rows = samples_of(ground)
    epochs = knobs.epochs or choose_epochs(rows, limits.epochs)
    length = _length_of(ground)
    whole = ground.goal.task == "continue" or (ground.data is not None and ground.data.format.name == "text")
    precision = choose_precision(ground.device, shape, limits)
    recipe = Recipe(
        model=ground.model.id,
        method=knobs.method or "lora",
        learning_rate=limits.rate.base,
        micro_batch=effective_batch(max(1, rows), epochs, limits.batch),
        accumulation=1,
        epochs=epochs,
        sequence_length=max(1, length),
        samples=rows,
        rank=knobs.rank or choose_rank(shape, trained_tokens(ground, whole), limits.adapter),
        alpha=limits.adapter.alpha,
        precision="bf16" if precision == "bf16" else "fp16" if precision == "fp16" else "fp32",
        checkpointing=bool(knobs.checkpointing),
        trained_tokens="all" if whole else "answers",
        template="none" if whole else "chat" if ground.model.chat_template else "plain",
        seed=knobs.seed if knobs.seed is not None else 17,
    )
    return with_rate(ground, fitted(ground, recipe), rows)


def _length_of(ground: Ground) -> int:
    """The user's number or the rule's, never beyond the model's context, nor the longest row where no
    context is known: no step is ever longer."""
    tokens = ground.data.tokens if ground.data is not None else None
    most = ground.shape.context or (tokens.total.largest if tokens is not None else None)
    chosen = choose_length(ground.data, ground.shape, ground.limits.sequence).value
    length = ground.knobs.sequence_length or chosen
    return length if most is None else min(length, max(1, most, chosen))


def samples_of(ground: Ground) -> int:
    """Training rows of the pilot: the user's number or the rule's, never more than there are."""
    if ground.knobs.samples is None:
        return choose_samples(ground.data, ground.goal, ground.limits.samples).value
    if ground.data is None:
        return max(1, ground.knobs.samples)
    return min(max(1, ground.knobs.samples), training_rows(ground.data, ground.limits.samples))


def trained_tokens(ground: Ground, whole: bool) -> float:
    """Distinct tokens that a full run trains on, 0 when they are not counted yet."""
    data = ground.data
    if data is None or data.tokens is None or data.usable <= 0:
        return 0.0
    share = min(1.0, training_rows(data, ground.limits.samples) / data.usable)
    return share * (data.tokens.tokens if whole else data.tokens.answer_tokens)


def fitted(ground: Ground, recipe: Recipe) -> Recipe:
    """The recipe with the largest micro-batch that fits, trying LoRA before QLoRA and stored before
    recomputed activations; the smallest variant when nothing fits."""
    batch = ground.knobs.accumulation or 1
    if ground.knobs.micro_batch is not None:
        batch *= ground.knobs.micro_batch
    else:
        batch = max(batch, recipe.micro_batch * recipe.accumulation)
    candidate = recipe
    for method in _methods(ground):
        for checkpointing in _checkpointing(ground):
            for micro in _micro_batches(ground, batch):
                candidate = replace(
                    recipe,
                    method=method,
                    checkpointing=checkpointing,
                    micro_batch=micro,
                    accumulation=ground.knobs.accumulation or max(1, round(batch / micro)),
                )
                if memory_by_formula(ground, candidate).fit == "fits":
                    return candidate
    return candidate


def _methods(ground: Ground) -> tuple[Method, ...]:
    if ground.knobs.method is not None:
        return (ground.knobs.method,)
    return METHODS if can_quantise(ground.machine) else ("lora",)


def _checkpointing(ground: Ground) -> tuple[bool, ...]:
    chosen = ground.knobs.checkpointing
    return (False, True) if chosen is None else (chosen,)


def _micro_batches(ground: Ground, batch: int) -> list[int]:
    if ground.knobs.micro_batch is not None:
        return [max(1, ground.knobs.micro_batch)]
    largest = largest_power_of_two(max(1, batch // (ground.knobs.accumulation or 1)))
    return [2**power for power in range(largest.bit_length() - 1, -1, -1)]


def with_rate(ground: Ground, recipe: Recipe, rows: int) -> Recipe:
    """The recipe with the learning rate and warm-up for its batch and its number of steps over `rows`."""
    steps = steps_of(rows, recipe.epochs, recipe.effective_batch)
    prior = rate_prior(ground.shape, recipe.method, recipe.effective_batch, steps, ground.limits.rate)
    rate = ground.knobs.learning_rate or prior.value
    return replace(recipe, learning_rate=rate, warmup_share=warmup_share(steps, ground.limits.rate))


def warmup_share(steps: int, limits: RateLimits) -> float:
    """Share of steps with a rising rate: a few per cent, at least and at most so many steps."""
    wanted = min(max(limits.warmup_share * steps, limits.warmup_least_steps), limits.warmup_most_steps)
    return round(min(wanted / max(1, steps), limits.warmup_most_share), 4)


def full_recipe(ground: Ground, pilot: Recipe) -> Recipe:
    """The recipe of the full run: the pilot's, with passes, batch, rate and warm-up for all training rows."""
    rows = max(1, training_rows(ground.data, ground.limits.samples))
    if ground.data is None or rows <= pilot.samples:
        return pilot
    epochs = ground.knobs.epochs or choose_epochs(rows, ground.limits.epochs)
    batch = effective_batch(rows, epochs, ground.limits.batch)
    resized = replace(pilot, samples=rows, epochs=epochs, micro_batch=batch, accumulation=1)
    return with_rate(ground, fitted(ground, resized), rows)


def run_tokens(ground: Ground, recipe: Recipe, rows: int) -> float:
    """Tokens that a run over `rows` sees in all its passes, after truncation."""
    return rows * recipe.epochs * mean_tokens(ground.data, recipe.sequence_length, ground.limits.sequence)
