"""How long a pilot takes: proof, baseline, one training run, final evaluation and generation."""

import math
from dataclasses import replace

from heuristics.basis import Estimate
from heuristics.duration import Speed, Work, added, device_speed, forward_time, load_time, training_time
from heuristics.facts.data import DataFacts
from heuristics.limits import Limits
from heuristics.recipe import Recipe
from heuristics.sequence import mean_tokens
from heuristics.settings import Ground, run_tokens


def speed_of(ground: Ground, recipe: Recipe) -> Speed:
    """The speed that the plan's device reaches with this recipe."""
    return device_speed(ground.device, ground.shape, recipe.method, recipe.precision, ground.limits.time)


def work_of(ground: Ground, recipe: Recipe, rows: int, tokens: float | None = None) -> Work:
    """The work of a run over `rows`; `tokens` replaces their count where it is known."""
    passes = rows * recipe.epochs
    return Work(
        shape=ground.shape,
        method=recipe.method,
        length=recipe.sequence_length,
        checkpointing=recipe.checkpointing,
        tokens=run_tokens(ground, recipe, rows) if tokens is None else tokens,
        micro_batches=math.ceil(passes / max(1, recipe.micro_batch)),
    )


def run_time(ground: Ground, recipe: Recipe, rows: int) -> Estimate:
    """Seconds of one training run over `rows`, with starting, scoring the validation rows after each pass,
    and saving."""
    limits, speed = ground.limits.time, speed_of(ground, recipe)
    training = training_time(work_of(ground, recipe, rows), speed, limits)
    scored = heldout_rows(ground.data, rows, ground.limits)[0] * max(1, math.ceil(recipe.epochs))
    scoring = forward_time(work_of(ground, replace(recipe, epochs=1.0), scored), speed, limits)
    return added((training, scoring), load_time(ground.shape, limits))


def pilot_time(ground: Ground, recipe: Recipe) -> Estimate:
    """Seconds of the whole pilot."""
    limits, speed = ground.limits.time, speed_of(ground, recipe)
    rows = max(1, recipe.samples)
    proof_rows = limits.proof_steps * recipe.effective_batch
    proof = work_of(
        ground, replace(recipe, epochs=1.0), proof_rows, float(proof_rows * recipe.sequence_length)
    )
    validation, test = heldout_rows(ground.data, rows, ground.limits)
    scored = validation * (1 + limits.evaluations) + test * limits.final_passes
    parts = (
        training_time(work_of(ground, recipe, rows), speed, limits),
        training_time(proof, speed, limits),
        forward_time(work_of(ground, replace(recipe, epochs=1.0), scored), speed, limits),
        _generation(ground, recipe, min(test, limits.generated_rows), speed),
    )
    return added(parts, load_time(ground.shape, limits))


def heldout_rows(data: DataFacts | None, rows: int, limits: Limits) -> tuple[int, int]:
    """Validation and test rows that a pilot scores: those of the split, at most so many; an eighth of the
    training rows each before the split is known."""
    if data is None or data.split is None:
        each = max(1, rows // 8)
        return each, each
    return (
        min(data.split.validation, limits.time.validation_most),
        min(data.split.test, limits.time.test_most),
    )


def _generation(ground: Ground, recipe: Recipe, rows: int, speed: Speed) -> Estimate:
    """Two models answer `rows` rows, token by token in one batch; the answers have their usual length."""
    tokens = ground.data.tokens if ground.data is not None else None
    answer = tokens.answer.p95 if tokens is not None else ground.limits.sequence.least
    answer = max(1, min(answer, recipe.sequence_length))
    length = mean_tokens(ground.data, recipe.sequence_length, ground.limits.sequence)
    work = work_of(ground, replace(recipe, epochs=1.0), 0, 2 * rows * (length + answer))
    arithmetic = forward_time(work, speed, ground.limits.time)
    batches = math.ceil(2 * rows / ground.limits.time.generate_batch)
    each = ground.limits.time.generate_token_overhead * ground.shape.layers
    return added((arithmetic,), batches * answer * each)
