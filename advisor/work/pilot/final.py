"""The last phase: the tuned model on the test rows, its gains, what it forgot, and samples to read."""

from advisor.events import GainFound, Note, SampleFound, ScoreFound
from advisor.text import plain
from advisor.work.pilot.baseline import Baseline
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.gains import Comparison
from advisor.work.pilot.generating import decoded
from advisor.work.pilot.material import Material
from advisor.work.pilot.measuring import Measured, measure
from advisor.work.pilot.scoring import score_of
from advisor.work.pilot.settings import pilot_settings
from heuristics.facts.pilot import Sample


def finish(bench: Bench, material: Material, baseline: Baseline) -> None:
    """Measure the tuned model and put scores, gains and samples on record as soon as each is known."""
    scorer = bench.scorer()
    validation = scorer.losses(material.validation)
    bench.emitter.emit(ScoreFound(score=score_of("tuned", "validation", validation)))
    general = scorer.losses(material.general)
    bench.emitter.emit(ScoreFound(score=score_of("tuned", "general", general)))
    tuned = measure(bench, material.test, material.swapped, material.generated, "tuned model on test rows")
    bench.emitter.emit(ScoreFound(score=tuned.score("tuned")))
    comparison = Comparison(material.test, baseline.test, baseline.few_shot, tuned, bench.recipe.seed)
    for gain in comparison.gains():
        bench.emitter.emit(GainFound(gain=gain))
    if len(comparison.places) < 2:
        bench.emitter.emit(Note(text=_why_no_task_gain(material), level="warning"))
    _show_samples(bench, material, baseline.test, tuned)


def _why_no_task_gain(material: Material) -> str:
    if not any(each.prompt for each in material.test):
        return "Raw text has no prompts to swap: task and format gain cannot be told apart"
    if len({each.answer for each in material.test}) < 2:
        return "All test rows have the same answer: whether the model reads its prompt cannot be measured"
    return "Too few test rows can swap prompts: task and format gain cannot be told apart"


def _show_samples(bench: Bench, material: Material, base: Measured, tuned: Measured) -> None:
    settings = pilot_settings().generating
    for place in material.generated[: settings.samples]:
        row = material.test[place]
        asked = "\n\n".join(each.content for each in row.example.prompt) or decoded(
            bench.tokenizer, row.question
        )
        expected = (
            row.example.answer if row.prompt else decoded(bench.tokenizer, row.answer[len(row.question) :])
        )
        most = settings.sample_characters
        sample = Sample(
            row=row.example.line,
            prompt=plain(asked, most),
            reference=plain(expected, most),
            base=plain(base.answers[place], most),
            tuned=plain(tuned.answers[place], most),
        )
        bench.emitter.emit(SampleFound(sample=sample))
