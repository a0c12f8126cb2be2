"""The phases of a pilot in their order: proof, baseline, rate, ladder, final; each part only once."""

from pathlib import Path

from advisor.errors import BadData, OutOfMemory
from advisor.events import Note, ScheduleFixed
from advisor.files import locked, private_folder
from advisor.specs import JobSpec, PilotTask
from advisor.work.data.examples import digest
from advisor.work.data.split import Splits
from advisor.work.emit import Emitter
from advisor.work.pilot.attempt import Attempt, begin, left_over, passed, smaller, words
from advisor.work.pilot.baseline import Baseline, measure_baseline
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.final import finish
from advisor.work.pilot.ladder import climb, settled_before
from advisor.work.pilot.ledger import Ledger
from advisor.work.pilot.loading import can_quantise, device_of_choice
from advisor.work.pilot.material import Material
from advisor.work.pilot.planning import make_schedule
from advisor.work.pilot.preparing import (
    Candidates,
    cleaned_splits,
    encode_candidates,
    read_splits,
    set_up,
)
from advisor.work.pilot.progress import Progress
from advisor.work.pilot.proof import Proven, prove_and_measure
from advisor.work.pilot.rate import find_rate, horizon
from advisor.work.pilot.scoring import mean_loss
from advisor.work.pilot.settings import pilot_settings
from heuristics.facts.experiment import PilotSchedule
from heuristics.planning.recipe import Recipe


def run_phases(spec: JobSpec, emitter: Emitter, progress: Progress) -> None:
    """Run every phase that is not finished; each puts its results on record as soon as it knows them."""
    assert isinstance(spec.task, PilotTask)
    state = private_folder(spec.task.resume or spec.folder / "state")
    with locked(state / "lock"):
        ledger = Ledger(state, emitter)
        splits = read_splits(spec.task, emitter)
        cleaned = cleaned_splits(spec.task, splits, emitter)
        _require_the_same_rows(ledger, splits)
        proven = ledger.find("proof", Proven)
        attempt = _attempt(spec.task.recipe, state, emitter) if proven is None else None
        recipe = proven.recipe if proven is not None else attempt.recipe if attempt else spec.task.recipe
        bench = set_up(spec, emitter, progress, splits, state, recipe)
        try:
            candidates = encode_candidates(bench, splits, cleaned)
            bench.progress.begin("proof")
            if proven is None:
                tries = attempt.tries if attempt else 0
                proven = ledger.part("proof", Proven, lambda: prove_and_measure(bench, candidates, tries))
                passed(state)
            bench.recipe, bench.speeds = proven.recipe, proven.speeds
            _after_proof(bench, ledger, candidates)
        finally:
            bench.metrics.close()
            bench.alerts.close()


def _attempt(recipe: Recipe, state: Path, emitter: Emitter) -> Attempt:
    """The recipe to try, on record before its memory is asked for: a smaller one when the last worker was
    killed while it tried. Raises OutOfMemory when no smaller one is left."""
    attempt = left_over(state) or Attempt(recipe=recipe)
    if attempt.killed:
        most = pilot_settings().proof.retries
        following = smaller(attempt.recipe, attempt.tries, most, can_quantise(device_of_choice()))
        if following is None:
            raise OutOfMemory("The system ended the pilot for lack of memory with every smaller setting")
        attempt = Attempt(recipe=following, tries=attempt.tries + 1)
        text = f"The worker was killed while its memory was tried: now {words(following)}"
        emitter.emit(Note(text=text, level="warning"))
    begin(state, attempt)
    return attempt


def _after_proof(bench: Bench, ledger: Ledger, candidates: Candidates) -> None:
    schedule = ledger.part("schedule", PilotSchedule, lambda: _fixed(bench, candidates))
    material = candidates.chosen(bench, schedule)
    bench.progress.expect(schedule.seconds)
    bench.progress.begin("baseline")
    baseline = ledger.part("baseline", Baseline, lambda: measure_baseline(bench, material))
    _train_and_test(bench, ledger, schedule, material, baseline)


def _train_and_test(
    bench: Bench, ledger: Ledger, schedule: PilotSchedule, material: Material, baseline: Baseline
) -> None:
    settled = settled_before(bench, baseline)
    rate = None
    if not settled:
        bench.progress.begin("rate")
        rate = find_rate(bench, ledger, schedule, material, mean_loss(baseline.validation.own))
        if rate is not None:
            tried = next(each.samples for each in schedule.runs if each.phase == "rate")
            bench.rate_horizon = horizon(bench.recipe, tried)
    bench.progress.begin("ladder")
    ladder = climb(bench, ledger, schedule, material, baseline, rate, only_top=bool(settled))
    if ladder.top.validation is None:
        text = f"No tuned model to test: {ladder.top.run.stopped}"
        bench.emitter.emit(Note(text=text, level="warning"))
        return
    bench.progress.begin("final")
    finish(bench, ledger, material, baseline, ladder)


def _fixed(bench: Bench, candidates: Candidates) -> PilotSchedule:
    schedule = make_schedule(bench, candidates)
    bench.emitter.emit(ScheduleFixed(schedule=schedule))
    return schedule


def _require_the_same_rows(ledger: Ledger, splits: Splits) -> None:
    """Raise BadData when the rows are not those that the finished parts were measured on."""
    now = digest(
        "\x1d".join(
            each.content_key for part in (splits.train, splits.validation, splits.test) for each in part
        )
    )
    if ledger.part("rows", str, lambda: now) != now:
        raise BadData("The rows have changed since this pilot began, so it cannot go on", "Run a new pilot.")
