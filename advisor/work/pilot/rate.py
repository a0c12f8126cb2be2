"""The rate phase: a few short decayed runs that say which learning rate suits these rows."""

from collections.abc import Sequence

from advisor import catalog
from advisor.events import RateMeasured
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.ledger import Ledger
from advisor.work.pilot.material import Material
from advisor.work.pilot.rows import Row
from advisor.work.pilot.scoring import mean_loss
from advisor.work.pilot.trainer import RunPlan
from advisor.work.pilot.training import Trained, forget_checkpoints, train
from heuristics.facts.experiment import PilotSchedule, PlannedRun, RateEvidence, RatePoint
from heuristics.pilot.rate_search import Horizon, next_rate, settle_rate
from heuristics.pilot.runs import rate_run
from heuristics.pilot.schedule import evaluations_of
from heuristics.planning.batch import steps_of
from heuristics.planning.recipe import Recipe
from heuristics.planning.settings import warmup_share
from heuristics.statistics import paired_standard_error


def find_rate(
    bench: Bench, ledger: Ledger, schedule: PilotSchedule, material: Material, before: float
) -> RateEvidence | None:
    """Search the learning rate as far as the schedule allows; None when it holds no rate runs."""
    planned = [each for each in schedule.runs if each.phase == "rate"]
    if not planned:
        return None
    limits, prior = catalog.limits().search, bench.recipe.learning_rate
    done = [(each, _try(bench, ledger, each, material, before)) for each in planned]
    while len(done) < schedule.rate_runs:
        points = [_point(trained) for _, trained in done]
        rate = next_rate(points, prior, _noise(done), limits)
        if rate is None:
            break
        following = rate_run(
            bench.recipe, len(material.samples), len(done) + 1, rate / prior, catalog.limits().schedule
        )
        done.append((following, _try(bench, ledger, following, material, before)))
    found = settle_rate(
        [_point(trained) for _, trained in done],
        prior,
        _noise(done),
        horizon(bench.recipe, planned[0].samples),
        horizon(bench.recipe, len(material.samples)),
        full_horizon(bench, len(material.samples)),
        limits,
    )
    bench.emitter.emit(RateMeasured(rate=found))
    return found


def horizon(recipe: Recipe, samples: int) -> Horizon:
    """Steps and batch of a run on so many rows."""
    return Horizon(steps_of(samples, recipe.epochs, recipe.effective_batch), recipe.effective_batch)


def full_horizon(bench: Bench, samples: int) -> Horizon:
    """Steps and batch of the full run, of the largest pilot run when no full run is planned."""
    full = bench.task.full
    return horizon(bench.recipe, samples) if full is None else horizon(full, full.samples)


def run_plan(recipe: Recipe, run: PlannedRun, rows: Sequence[Row], rate: float) -> RunPlan:
    """How a planned run trains on its rows at a learning rate."""
    steps = steps_of(len(rows), run.epochs, recipe.effective_batch)
    return RunPlan(
        id=run.id,
        phase=run.phase,
        examples=tuple(each.example for each in rows),
        learning_rate=rate,
        epochs=run.epochs,
        seed=run.seed,
        warmup_share=warmup_share(steps, catalog.limits().rate),
        cleaned=run.cleaned,
    )


def _try(bench: Bench, ledger: Ledger, run: PlannedRun, material: Material, before: float) -> Trained:
    rows = material.samples[: run.samples]
    plan = run_plan(bench.recipe, run, rows, bench.recipe.learning_rate * run.rate_factor)
    evaluations = evaluations_of(run, len(material.samples), 0, catalog.limits().schedule)
    trained = ledger.part(
        run.id, Trained, lambda: train(bench, plan, material.validation, evaluations, before)
    )
    forget_checkpoints(bench, run.id)
    return trained


def _point(trained: Trained) -> RatePoint:
    run = trained.run
    usable = trained.losses and not run.diverged
    return RatePoint(run.id, run.learning_rate, mean_loss(trained.losses) if usable else None)


def _noise(done: Sequence[tuple[PlannedRun, Trained]]) -> float:
    """Standard error of the paired difference between the best run and the one at the prior, or the next
    best when those are one."""
    usable = [trained for _, trained in done if trained.losses and not trained.run.diverged]
    if len(usable) < 2:
        return 0.0
    best, second = sorted(usable, key=lambda each: mean_loss(each.losses))[:2]
    prior = next((trained for run, trained in done if run.rate_factor == 1.0 and trained in usable), second)
    other = second if prior is best else prior
    pairs = list(zip(best.losses, other.losses, strict=True))
    return paired_standard_error(
        [one.per_token - two.per_token for one, two in pairs], [float(one.tokens) for one, _ in pairs]
    )
