"""The ladder phase: nested parts of the starting sample, trained alike, scored on the same rows."""

import math
from dataclasses import dataclass, replace

from advisor import catalog
from advisor.events import Note, RungFound, Settled, ShiftFound
from advisor.work.pilot.baseline import Baseline
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.counterfactual import group_shift
from advisor.work.pilot.gains import ceiling
from advisor.work.pilot.ledger import Ledger
from advisor.work.pilot.material import Material
from advisor.work.pilot.measuring import Measured, measure
from advisor.work.pilot.rate import horizon, run_plan
from advisor.work.pilot.rows import Row
from advisor.work.pilot.saving import save_tuned
from advisor.work.pilot.scoring import RowLoss, mean_loss
from advisor.work.pilot.training import Trained, forget_checkpoints, train
from heuristics.facts.experiment import GroupShift, PilotSchedule, PlannedRun, RateEvidence, Rung
from heuristics.facts.pilot import Run
from heuristics.pilot.rate_search import carry
from heuristics.pilot.runs import sample_rows
from heuristics.pilot.schedule import evaluations_of


@dataclass(frozen=True, slots=True)
class Step:
    """One finished run of the ladder."""

    run: Run
    validation: Measured | None
    """The run's model on the validation rows; None when its loss was not a number."""
    shift: GroupShift | None = None
    cleaned_test: tuple[RowLoss, ...] = ()
    """The cleaned arm's model on the cleaned test rows."""
    kept: bool = True
    """False when the model is to be tested and the disk has no room for it."""


@dataclass(frozen=True, slots=True)
class Climb:
    """The whole ladder: its largest run first."""

    steps: tuple[Step, ...]

    @property
    def top(self) -> Step:
        """The run on all samples, whose model is tested."""
        return self.steps[0]

    @property
    def cleaned(self) -> Step | None:
        """The run on cleaned rows, None when there was none."""
        return next((each for each in self.steps if each.run.cleaned), None)


def climb(
    bench: Bench,
    ledger: Ledger,
    schedule: PilotSchedule,
    material: Material,
    baseline: Baseline,
    rate: RateEvidence | None,
    only_top: bool,
) -> Climb:
    """Train every run of the ladder, the largest first; `only_top` leaves out the smaller ones."""
    planned = [each for each in schedule.runs if each.phase == "ladder"]
    if only_top or (rate is not None and rate.basis == "none"):
        planned = planned[:1]
    steps: list[Step] = []
    for run in planned:
        steps.append(_step(bench, ledger, run, material, baseline, rate))
        top = steps[0]
        if top.validation is None:
            break
        if not top.kept:
            text = "The tuned model cannot be kept on this disk: the smaller runs of the ladder are left out"
            bench.emitter.emit(Note(text=text, level="warning"))
            break
    return Climb(tuple(steps))


def settled_before(bench: Bench, baseline: Baseline) -> str:
    """Why no tuning can matter, empty when it can: the base model is already at the metric's end."""
    goal = bench.task.goal
    best = ceiling(baseline.test, baseline.few_shot, goal.metric)
    if best is None:
        return ""
    name, room = best
    if room >= goal.smallest_gain:
        return ""
    why = f"The {name} model leaves no room for a gain that matters: at most {room:.3f} is missing"
    bench.emitter.emit(Settled(why=why))
    return why


def _step(
    bench: Bench,
    ledger: Ledger,
    run: PlannedRun,
    material: Material,
    baseline: Baseline,
    rate: RateEvidence | None,
) -> Step:
    step = ledger.part(run.id, Step, lambda: _train(bench, run, material, baseline, rate))
    if step.validation is not None and not step.kept and bench.tuned is None:
        # An earlier job trained this model and had no room to keep it.
        ledger.drop(run.id)
        step = ledger.part(run.id, Step, lambda: _train(bench, run, material, baseline, rate))
    forget_checkpoints(bench, run.id)
    return step


def _train(
    bench: Bench, run: PlannedRun, material: Material, baseline: Baseline, rate: RateEvidence | None
) -> Step:
    rows, epochs = _rows_of(bench, run, material)
    run = replace(run, epochs=epochs)
    whole = run.samples == len(material.samples) and not run.cleaned
    plan = run_plan(bench.recipe, run, rows, _rate_of(bench, len(rows), rate))
    limits = catalog.limits()
    evaluations = evaluations_of(run, len(material.samples), limits.time.evaluations, limits.schedule)
    trained = train(bench, plan, material.validation, evaluations, mean_loss(baseline.validation.own))
    if not trained.losses:
        return Step(trained.run, None)
    validation = _on_validation(bench, trained, material, run.id)
    bench.emitter.emit(RungFound(rung=_rung(bench, trained.run, validation, baseline)))
    shift = None if run.cleaned else group_shift(bench, trained.run, baseline.pairs)
    if shift is not None:
        bench.emitter.emit(ShiftFound(shift=shift))
    cleaned = tuple(bench.scorer().losses(material.cleaned_test)) if run.cleaned else ()
    return Step(trained.run, validation, shift, cleaned, kept=save_tuned(bench) if whole else True)


def _rows_of(bench: Bench, run: PlannedRun, material: Material) -> tuple[tuple[Row, ...], float]:
    """The rows of a run and its epochs; cleaned rows get as many tokens as the raw ones had."""
    if not run.cleaned:
        index = run.seed - bench.recipe.seed
        return sample_rows(material.samples, run.samples, index, run.seed), run.epochs
    wanted = sum(each.tokens for each in material.samples)
    rows: list[Row] = []
    tokens = 0
    for each in material.cleaned:
        if tokens >= wanted:
            break
        rows.append(each)
        tokens += each.tokens
    return tuple(rows), run.epochs * wanted / tokens


def _rate_of(bench: Bench, samples: int, rate: RateEvidence | None) -> float:
    """The rate that was found, or the prior, carried over to a run on so many rows."""
    recipe = bench.recipe
    own = horizon(recipe, recipe.samples)
    best, made_for = recipe.learning_rate, own
    if rate is not None:
        best = rate.best
        made_for = own if rate.basis == "prior" else bench.rate_horizon or own
    return carry(best, made_for, horizon(recipe, samples), catalog.limits().search)


def _on_validation(bench: Bench, trained: Trained, material: Material, name: str) -> Measured:
    """The run's model on the validation rows; their own losses are those of its last evaluation."""
    return measure(
        bench,
        material.validation,
        material.validation_swapped,
        material.validation_generated,
        f"{name} on validation rows",
        own=trained.losses,
    )


def _rung(bench: Bench, run: Run, validation: Measured, baseline: Baseline) -> Rung:
    metric, base = bench.task.goal.metric, baseline.validation
    places = sorted(validation.swapped)
    gain = None
    if len(places) > 1:
        tokens = sum(validation.own[each].tokens for each in places)
        gain = sum(_rise(validation, each) - _rise(base, each) for each in places) / tokens
    loss = mean_loss(validation.own)
    score = validation.score(run.id, "validation")
    value = loss if metric == "loss" else score.of(metric)
    return Rung(
        run=run.id,
        samples=run.samples,
        seed=run.seed,
        heldout_loss=loss,
        task_gain=gain if gain is None or math.isfinite(gain) else None,
        metric=metric,
        value=value,
        items=len(validation.own),
        metric_items=len(validation.own) if metric == "loss" else score.generated,
        cleaned=run.cleaned,
    )


def _rise(measured: Measured, place: int) -> float:
    """How much the loss of one row's answer rises under a swapped prompt, nats."""
    return measured.swapped[place].nll - measured.own[place].nll
