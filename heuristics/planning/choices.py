"""One line per setting of a recipe: its value, the reason, the source and the range."""

from collections.abc import Callable
from dataclasses import replace

from heuristics.basis import Basis
from heuristics.facts.experiment import RateEvidence
from heuristics.planning.adapter import capacity_used, lora_parameters
from heuristics.planning.batch import steps_of
from heuristics.planning.full_choices import changed_for_full_run
from heuristics.planning.learning_rate import rate_prior
from heuristics.planning.recipe import Choice, Recipe
from heuristics.planning.samples import choose_samples, training_rows
from heuristics.planning.sequence import choose_length, loss_in_words
from heuristics.planning.settings import Ground, can_quantise, memory_by_formula, trained_tokens
from heuristics.words import passes

LORA = "LoRA Without Regret, 2025-09-29"
CONVENTION = "convention"
YOURS = "Set by you"
INVALIDATES = {
    "method": "memory, speed, learning rate and gains",
    "learning_rate": "gains, and the best rate",
    "samples": "gains and the learning curve",
    "epochs": "gains and the best rate",
    "sequence_length": "memory, speed and gains",
    "micro_batch": "memory, speed and the best rate",
    "accumulation": "speed and the best rate",
    "rank": "memory and gains",
    "checkpointing": "memory and speed",
    "seed": "gains",
}
"""What a pilot measured with the old value and has to measure again, by setting."""


def explain(ground: Ground, recipe: Recipe) -> tuple[Choice, ...]:
    """All choices, most important first; a setting fixed by the user rests on nothing else."""
    return tuple(_owned(ground, make(ground, recipe)) for make in _MAKERS)


def explain_full(
    ground: Ground, recipe: Recipe, full: Recipe, measured: RateEvidence | None = None
) -> tuple[Choice, ...]:
    """The choices of the full run that differ from the pilot's."""
    own, whole = explain(ground, recipe), explain(ground, full)
    return changed_for_full_run(ground, own, whole, (recipe, full), measured)


def _owned(ground: Ground, choice: Choice) -> Choice:
    choice = replace(choice, invalidates=INVALIDATES.get(choice.setting, ""))
    if getattr(ground.knobs, choice.setting, None) is None:
        return choice
    return replace(choice, source="your setting", basis=Basis.ASSUMED)


def _method(ground: Ground, recipe: Recipe) -> Choice:
    words = {"full": "full fine-tuning", "lora": "LoRA", "qlora": "QLoRA, 4-bit base"}
    if ground.knobs.method is not None:
        reason, source = f"{YOURS}.", ""
    elif recipe.method == "qlora":
        reason, source = "LoRA on 16-bit weights does not fit; the 4-bit base does.", "QLoRA 2305.14314"
    else:
        reason = "As good as full fine-tuning for data of this size, in less memory, and it forgets less."
        source = f"{LORA}; 2405.09673"
        if memory_by_formula(ground, recipe).fit == "no" and not can_quantise(ground.machine):
            reason = "Does not fit, and 4-bit weights need bitsandbytes, which is not usable here."
    return Choice("method", "Method", words[recipe.method], reason, source, Basis.PUBLISHED)


def _rate(ground: Ground, recipe: Recipe) -> Choice:
    steps = steps_of(recipe.samples, recipe.epochs, recipe.effective_batch)
    prior = rate_prior(ground.shape, recipe.method, recipe.effective_batch, steps, ground.limits.rate)
    source = "tinker-cookbook sweep of 35 models, 2026-08-19; LoRA Without Regret"
    reason, basis = prior.reason, prior.basis
    if ground.knobs.learning_rate is not None:
        reason = f"{YOURS}; the rule gives {prior.value:.2g}."
    value = f"{recipe.learning_rate:.2g}"
    return Choice("learning_rate", "Learning rate", value, reason, source, basis, prior.low, prior.high)


def _samples(ground: Ground, recipe: Recipe) -> Choice:
    chosen = choose_samples(ground.data, ground.goal, ground.limits.samples)
    reason = f"{chosen.reason[:-1]}{_told_by_rows(ground, recipe)}."
    if ground.knobs.samples is not None:
        reason = f"{YOURS}; the rule gives {chosen.value:,}."
        rows = training_rows(ground.data, ground.limits.samples)
        if ground.data is not None and ground.knobs.samples > rows:
            reason = f"You asked for {ground.knobs.samples:,}; the data set has {rows:,} for training."
    source = "OpenAI fine-tuning guide and practitioner bands, 2026-11-22"
    return Choice("samples", "Pilot rows", f"{recipe.samples:,}", reason, source, Basis.PUBLISHED)


def _told_by_rows(ground: Ground, recipe: Recipe) -> str:
    """What so many rows hold, against what the adapter can store; empty before the tokens are counted."""
    rows = training_rows(ground.data, ground.limits.samples)
    tokens = trained_tokens(ground, recipe.trained_tokens == "all")
    if tokens <= 0 or rows <= 0:
        return ""
    held = tokens * recipe.samples / rows
    words = f"; they hold about {held:,.0f} trained tokens"
    if recipe.method == "full":
        return words
    used = capacity_used(ground.shape, recipe.rank, held, ground.limits.adapter)
    return f"{words}, {used:.0%} of what the adapter can store"


def _epochs(ground: Ground, recipe: Recipe) -> Choice:
    reason = (
        f"{recipe.samples:,} rows bear {passes(recipe.epochs)}; held-out loss is watched for overfitting."
    )
    if ground.knobs.epochs is not None:
        reason = f"{YOURS}."
    source = "1 to 3 is usual; Tulu 3 swept 2 to 7 and chose 2"
    value = passes(recipe.epochs)
    return Choice("epochs", "Epochs", value, reason, source, Basis.PUBLISHED, 1.0, 3.0)


def _length(ground: Ground, recipe: Recipe) -> Choice:
    chosen = choose_length(ground.data, ground.shape, ground.limits.sequence)
    reason, basis = chosen.reason, chosen.basis
    if ground.knobs.sequence_length is not None:
        tokens = ground.data.tokens if ground.data is not None else None
        lost = f"; {loss_in_words(tokens, recipe.sequence_length)}" if tokens is not None else ""
        reason = f"{YOURS}{lost}."
        if ground.knobs.sequence_length > recipe.sequence_length:
            asked, most = ground.knobs.sequence_length, recipe.sequence_length
            reason = f"{YOURS} to {asked:,}, but no step is longer than {most:,}{_ends(ground)}{lost}."
    value = f"{recipe.sequence_length:,} tokens"
    return Choice("sequence_length", "Sequence length", value, reason, "token counts of the data", basis)


def _ends(ground: Ground) -> str:
    if ground.shape.context is not None:
        return ", where the model's context ends"
    return ", the longest row"


def _micro_batch(ground: Ground, recipe: Recipe) -> Choice:
    reason = "The largest that fits into the device; a real batch is faster than accumulation."
    if ground.knobs.micro_batch is not None:
        reason = f"{YOURS}."
    elif memory_by_formula(ground, recipe).fit != "fits":
        reason = "The smallest possible, because even it hardly fits or does not."
    value = f"{recipe.micro_batch} rows" if recipe.micro_batch > 1 else "1 row"
    return Choice("micro_batch", "Micro-batch", value, reason, "memory formula", Basis.FORMULA)


def _accumulation(ground: Ground, recipe: Recipe) -> Choice:
    steps = steps_of(recipe.samples, recipe.epochs, recipe.effective_batch)
    reason = (
        f"Effective batch {recipe.effective_batch} = {recipe.micro_batch} x {recipe.accumulation}: about "
        f"{steps:,} steps for {recipe.samples:,} rows."
    )
    if ground.knobs.accumulation is not None:
        reason = f"{YOURS}; effective batch {recipe.effective_batch}."
    source = "small batches suit LoRA: LoRA Without Regret; 2507.07101"
    value = f"{recipe.accumulation} micro-batches" if recipe.accumulation > 1 else "none"
    return Choice("accumulation", "Accumulation", value, reason, source, Basis.FORMULA)


def _rank(ground: Ground, recipe: Recipe) -> Choice:
    tokens = trained_tokens(ground, recipe.trained_tokens == "all")
    parameters = lora_parameters(ground.shape, recipe.rank)
    used = capacity_used(ground.shape, recipe.rank, tokens, ground.limits.adapter)
    if recipe.method == "full":
        reason = "Not used by full fine-tuning."
    elif tokens <= 0:
        reason = f"{parameters:,} trainable parameters; the tokens are not counted yet."
    else:
        reason = f"{parameters:,} trainable parameters; the answers need {used:.0%} of what they can store."
    if ground.knobs.rank is not None:
        reason = f"{YOURS}; {reason[0].lower()}{reason[1:]}"
    return Choice("rank", "LoRA rank", str(recipe.rank), reason, f"{LORA}; 2404.05405", Basis.FORMULA)


def _alpha(ground: Ground, recipe: Recipe) -> Choice:
    reason = "Kept fixed: the learning rate rule holds for this value."
    return Choice("alpha", "LoRA alpha", str(recipe.alpha), reason, LORA, Basis.PUBLISHED)


def _targets(ground: Ground, recipe: Recipe) -> Choice:
    reason = "Adapting every linear layer beats attention alone at equal size."
    return Choice("targets", "Adapted layers", "all linear layers", reason, LORA, Basis.PUBLISHED)


def _trained(ground: Ground, recipe: Recipe) -> Choice:
    if recipe.trained_tokens == "all":
        return Choice(
            "trained_tokens",
            "Trained tokens",
            "all",
            "Raw text has no answer part.",
            CONVENTION,
            Basis.ASSUMED,
        )
    reason = "The model is to learn the answers, not the questions."
    return Choice("trained_tokens", "Trained tokens", "answers only", reason, CONVENTION, Basis.ASSUMED)


def _template(ground: Ground, recipe: Recipe) -> Choice:
    words = {
        "chat": ("the model's own", "The model was trained with it."),
        "plain": (
            "plain",
            "The model has no chat template, so a simple one of ours marks prompt and answer.",
        ),
        "none": ("none", "Raw text is trained as it stands."),
    }
    value, reason = words[recipe.template]
    return Choice("template", "Template", value, reason, "the model's files", Basis.FORMULA)


def _precision(ground: Ground, recipe: Recipe) -> Choice:
    reasons = {
        "bf16": "The device multiplies bf16 at least as fast as fp32, in half the memory.",
        "fp16": "The device has no fast bf16; adapters stay in fp32 with a gradient scaler.",
        "fp32": "Safest on this device, and fast enough for this model.",
    }
    return Choice(
        "precision",
        "Precision",
        recipe.precision,
        reasons[recipe.precision],
        "measured matrix products",
        Basis.MEASURED if ground.device.throughput else Basis.ASSUMED,
    )


def _checkpointing(ground: Ground, recipe: Recipe) -> Choice:
    reason = "Activations fit, and recomputing them would cost about half as much time again."
    if recipe.checkpointing:
        reason = "Activations are recomputed, because they do not fit otherwise."
    if ground.knobs.checkpointing is not None:
        reason = f"{YOURS}."
    value = "on" if recipe.checkpointing else "off"
    return Choice("checkpointing", "Activation checkpointing", value, reason, "memory formula", Basis.FORMULA)


def _schedule(ground: Ground, recipe: Recipe) -> Choice:
    value = f"{recipe.schedule}, warm-up {recipe.warmup_share:.0%}"
    reason = "A short warm-up, then a straight line to zero; no published shape is measurably better."
    source = "Tulu 3; 2412.13337; 2502.15938"
    return Choice("schedule", "Schedule", value, reason, source, Basis.PUBLISHED)


def _optimizer(ground: Ground, recipe: Recipe) -> Choice:
    value = f"AdamW, weight decay {recipe.weight_decay:g}"
    reason = "The optimizer of nearly every published setting; weight decay chose 0 where it was swept."
    return Choice("optimizer", "Optimizer", value, reason, "Tulu 3 and trainer defaults", Basis.PUBLISHED)


def _seed(ground: Ground, recipe: Recipe) -> Choice:
    reason = (
        f"{YOURS}."
        if ground.knobs.seed is not None
        else (
            "Any number; fixed so that runs repeat. Further runs count up from it, to tell chance from gain."
        )
    )
    return Choice("seed", "Seed", str(recipe.seed), reason, CONVENTION, Basis.ASSUMED)


_MAKERS: tuple[Callable[[Ground, Recipe], Choice], ...] = (
    _method,
    _rate,
    _samples,
    _epochs,
    _length,
    _micro_batch,
    _accumulation,
    _rank,
    _alpha,
    _targets,
    _trained,
    _template,
    _precision,
    _checkpointing,
    _schedule,
    _optimizer,
    _seed,
)
