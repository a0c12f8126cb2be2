"""The phases of a pilot in their order: proof, baseline, ladder, final."""

from advisor import catalog
from advisor.events import Note
from advisor.specs import JobSpec, PilotTask
from advisor.work.emit import Emitter
from advisor.work.pilot.baseline import Baseline, measure_baseline
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.final import finish
from advisor.work.pilot.material import Material
from advisor.work.pilot.preparing import Candidates, encode_candidates, read_splits, set_up
from advisor.work.pilot.progress import Progress
from advisor.work.pilot.proof import measure_speeds, prove
from advisor.work.pilot.rows import Row
from advisor.work.pilot.saving import save_tuned
from advisor.work.pilot.schedule import Lengths, Schedule, Sizes, Work, fit
from advisor.work.pilot.scoring import mean_loss
from advisor.work.pilot.settings import pilot_settings
from advisor.work.pilot.trainer import RunPlan
from advisor.work.pilot.training import train
from heuristics.facts.pilot import Run


def run_phases(spec: JobSpec, emitter: Emitter) -> None:
    """Run every phase; each puts its results on record as soon as it knows them."""
    assert isinstance(spec.task, PilotTask)
    progress = Progress(emitter)
    splits = read_splits(spec.task, emitter)
    bench = set_up(spec, emitter, progress, splits)
    candidates = encode_candidates(bench, splits)
    progress.begin("proof")
    proof = prove(bench, candidates.train, candidates.samples)
    bench.speeds = measure_speeds(bench, proof, candidates.validation)
    schedule = _schedule(bench, candidates)
    material = candidates.chosen(bench, schedule.sizes)
    progress.expect(schedule.seconds)
    progress.begin("baseline")
    baseline = measure_baseline(bench, material)
    progress.begin("ladder")
    run = _train_once(bench, material, baseline)
    if run.stopped:
        text = f"No tuned model to test: {run.stopped}"
        emitter.emit(Note(text=text, level="warning"))
        return
    save_tuned(bench)
    progress.begin("final")
    finish(bench, material, baseline)


def _train_once(bench: Bench, material: Material, baseline: Baseline) -> Run:
    """The run on all samples at the recipe's own rate: the top of the ladder."""
    recipe = bench.recipe
    plan = RunPlan(
        id="ladder-1",
        phase="ladder",
        examples=tuple(each.example for each in material.samples),
        learning_rate=recipe.learning_rate,
        epochs=recipe.epochs,
        seed=recipe.seed,
    )
    evaluations = catalog.limits().time.evaluations
    return train(bench, plan, material.validation, evaluations, mean_loss(baseline.validation))


def _schedule(bench: Bench, candidates: Candidates) -> Schedule:
    """What fits the user's budget after what was used already, said in words."""
    assert bench.speeds is not None
    settings = pilot_settings()
    answers = [len(each.answer) for each in candidates.test if each.reachable]
    lengths = Lengths(
        train=_mean_tokens(candidates.samples),
        validation=_mean_tokens(candidates.validation),
        test=_mean_tokens(candidates.test),
        few_shot=_mean_tokens(candidates.few_shot),
        answer=max(answers, default=settings.generating.most_tokens) + 1,
    )
    limits = catalog.limits().time
    prompts = any(each.prompt for each in candidates.test)
    work = Work(bench.speeds, lengths, bench.recipe.epochs, limits.evaluations, prompts)
    wanted = Sizes(
        samples=len(candidates.samples),
        validation=len(candidates.validation),
        test=len(candidates.test),
        generated=min(limits.generated_rows, len(candidates.test)),
        shots=settings.few_shot.shots if candidates.few_shot else 0,
    )
    budget = bench.task.goal.pilot_minutes * 60
    schedule = fit(wanted, work, budget - bench.emitter.elapsed)
    _explain(bench, schedule, budget)
    return schedule


def _explain(bench: Bench, schedule: Schedule, budget: float) -> None:
    sizes, total = schedule.sizes, bench.emitter.elapsed + schedule.total
    text = f"{sizes.samples:,} training rows, {sizes.test:,} test rows, about {total:,.0f} s in all"
    bench.emitter.emit(Note(text=text))
    if schedule.dropped:
        text = f"To fit {budget:,.0f} s: {', '.join(schedule.dropped)}"
        bench.emitter.emit(Note(text=text, level="warning"))
    if total > budget:
        text = f"Even the smallest pilot needs about {total:,.0f} s, more than the budget of {budget:,.0f} s"
        bench.emitter.emit(Note(text=text, level="warning"))


def _mean_tokens(rows: tuple[Row, ...]) -> float:
    return sum(each.tokens for each in rows) / len(rows) if rows else 0.0
