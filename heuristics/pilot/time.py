"""How long one training run takes, and the rows that are held out beside it."""

import math
from dataclasses import replace

from heuristics.basis import Estimate
from heuristics.costs.duration import Speed, Work, added, device_speed, forward_time, load_time, training_time
from heuristics.facts.data import DataFacts
from heuristics.planning.recipe import Recipe
from heuristics.planning.settings import Ground, run_tokens
from heuristics.thresholds.limits import Limits


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
