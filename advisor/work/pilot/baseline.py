"""What the base model already does, zero-shot and with solved examples, on held-out and general text."""

import math
from dataclasses import dataclass

from advisor.errors import BadModel
from advisor.events import ScoreFound
from advisor.text import one_line
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.counterfactual import preferences
from advisor.work.pilot.material import Material
from advisor.work.pilot.measuring import Measured, measure
from advisor.work.pilot.memorised import long_rows, repeated
from advisor.work.pilot.scoring import RowLoss, mean_loss, score_of


@dataclass(frozen=True, slots=True)
class Baseline:
    """Everything that was measured on the base model before training."""

    validation: Measured
    test: Measured
    few_shot: Measured | None
    """On the same test rows, with solved examples in front; None when they do not fit or time is short."""
    general: tuple[RowLoss, ...]
    repeats: tuple[int, ...] = ()
    """Longest run of its own tokens that the model repeats of each long training row."""
    pairs: tuple[float, ...] = ()
    """Preferences on counterfactual pairs, empty when the tokenizer does not allow to measure them."""


def measure_baseline(bench: Bench, material: Material) -> Baseline:
    """Score the base model and put the scores on record; raises BadModel when it gives no finite loss."""
    validation = measure(
        bench,
        material.validation,
        material.validation_swapped,
        material.validation_generated,
        "base model on validation rows",
    )
    if not math.isfinite(mean_loss(validation.own)):
        raise BadModel(
            f"{one_line(bench.task.model.id, 80)} gives a loss that is not a number",
            "Its weights are damaged or do not fit the number format: use fp32, or choose another model.",
        )
    bench.emitter.emit(ScoreFound(score=validation.score("base", "validation")))
    general = bench.scorer().losses(material.general)
    bench.emitter.emit(ScoreFound(score=score_of("base", "general", general)))
    test = measure(bench, material.test, material.swapped, material.generated, "base model on test rows")
    bench.emitter.emit(ScoreFound(score=test.score("base")))
    few_shot = None
    if material.few_shot:
        few_shot = measure(
            bench, material.few_shot, {}, material.generated, "base model with solved examples"
        )
        bench.emitter.emit(ScoreFound(score=few_shot.score("base few-shot")))
    long = long_rows(material.samples, bench.recipe.seed)
    repeats = repeated(bench, long, "base model on training rows")
    return Baseline(validation, test, few_shot, tuple(general), repeats, preferences(bench))
