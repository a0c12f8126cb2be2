"""The last phase: the tuned model on the test rows, its gains, what else tuning did, and samples to read."""

from advisor import catalog
from advisor.events import ForgettingFound, GainFound, Note, OutliersFound, SampleFound, ScoreFound
from advisor.text import plain
from advisor.work.pilot.baseline import Baseline
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.gains import Comparison, cleaning_gain
from advisor.work.pilot.generating import decoded
from advisor.work.pilot.ladder import Climb
from advisor.work.pilot.ledger import Ledger
from advisor.work.pilot.luck import spreads
from advisor.work.pilot.material import Material
from advisor.work.pilot.measuring import Measured, measure
from advisor.work.pilot.memorised import look_for_memorised
from advisor.work.pilot.preparing import samples_shown
from advisor.work.pilot.saving import tuned_folder
from advisor.work.pilot.scoring import RowLoss, mean_loss, score_of
from advisor.work.pilot.settings import general_source, pilot_settings
from heuristics.basis import Basis, Estimate
from heuristics.facts.experiment import Forgetting, Memorised, Outlier
from heuristics.facts.pilot import Sample
from heuristics.pilot.outlying import outlying
from heuristics.pilot.seeds import with_seeds
from heuristics.statistics import paired_bootstrap


def finish(bench: Bench, ledger: Ledger, material: Material, baseline: Baseline, ladder: Climb) -> None:
    """Measure the tuned model and put scores, gains and samples on record as soon as each is known."""
    if len(ladder.steps) > 1 or bench.tuned is None:
        bench.restore(tuned_folder(bench))
    assert ladder.top.validation is not None
    score = ladder.top.validation.score("tuned", "validation")
    bench.emitter.emit(ScoreFound(score=score))
    tuned = ledger.part("test", Measured, lambda: _open_test(bench, material))
    comparison = Comparison(material.test, baseline.test, baseline.few_shot, tuned, bench.recipe.seed)
    luck = spreads(ladder)
    for gain in comparison.gains():
        bench.emitter.emit(GainFound(gain=with_seeds(gain, luck.get(gain.name))))
    if len(comparison.places) < 2:
        bench.emitter.emit(Note(text=_why_no_task_gain(material), level="warning"))
    _show_samples(bench, material, baseline.test, tuned)
    _compare_cleaned(bench, material, ladder)
    ledger.part("forgetting", bool, lambda: _forgetting(bench, material, baseline))
    ledger.part("memorised", Memorised, lambda: look_for_memorised(bench, material, baseline.repeats))
    ledger.part("outliers", int, lambda: _outliers(bench, material))


def _open_test(bench: Bench, material: Material) -> Measured:
    tuned = measure(bench, material.test, material.swapped, material.generated, "tuned model on test rows")
    bench.emitter.emit(ScoreFound(score=tuned.score("tuned")))
    return tuned


def _forgetting(bench: Bench, material: Material, baseline: Baseline) -> bool:
    """The loss on general text, tuned against base."""
    general = bench.scorer().losses(material.general)
    bench.emitter.emit(ScoreFound(score=score_of("tuned", "general", general)))
    before = mean_loss(baseline.general)
    if not before > 0:
        return False
    rises = [
        (after.per_token - first.per_token) / before
        for after, first in zip(general, baseline.general, strict=True)
    ]
    weights = [float(each.tokens) for each in general]
    mean, low, high = paired_bootstrap(rises, weights, range(len(rises)), bench.recipe.seed)
    source = f"loss on {len(general)} general texts; bootstrap over texts"
    found = Forgetting(
        rise=Estimate(mean, low, high, "share", Basis.MEASURED, source),
        items=len(general),
        probe=general_source(bench.task.probe),
    )
    bench.emitter.emit(ForgettingFound(forgetting=found))
    return True


def _compare_cleaned(bench: Bench, material: Material, ladder: Climb) -> None:
    arm = ladder.cleaned
    if arm is None or not arm.cleaned_test:
        return
    raw: list[RowLoss] = bench.scorer().losses(material.cleaned_test)
    gain = cleaning_gain(material.cleaned_test, raw, arm.cleaned_test, bench.recipe.seed)
    bench.emitter.emit(GainFound(gain=with_seeds(gain, spreads(ladder).get("loss"))))


def _outliers(bench: Bench, material: Material) -> int:
    """Training rows that stay far harder than the others."""
    settings = pilot_settings().outliers
    rows = material.samples[: catalog.limits().schedule.scored_rows]
    losses = [each.per_token for each in bench.scorer().losses(rows)]
    usual = sorted(losses)[len(losses) // 2]
    found = [
        Outlier(
            row=rows[place].example.line,
            loss=losses[place],
            usual=usual,
            excess=excess,
            excerpt=plain(rows[place].example.answer, settings.excerpt_characters),
        )
        for place, excess in outlying(losses, settings.excess)[: settings.kept]
    ]
    bench.emitter.emit(OutliersFound(outliers=tuple(found)))
    return len(found)


def _why_no_task_gain(material: Material) -> str:
    if not any(each.prompt for each in material.test):
        return "Raw text has no prompts to swap: task and format gain cannot be told apart"
    if len({each.answer for each in material.test}) < 2:
        return "All test rows have the same answer: whether the model reads its prompt cannot be measured"
    return "Too few test rows can swap prompts: task and format gain cannot be told apart"


def _show_samples(bench: Bench, material: Material, base: Measured, tuned: Measured) -> None:
    settings = pilot_settings().generating
    for place in material.generated[: samples_shown(bench)]:
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
