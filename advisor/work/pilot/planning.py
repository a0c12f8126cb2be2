"""Fixes the pilot's schedule from what the proof measured, and says it in words."""

from collections.abc import Sequence

from advisor import catalog
from advisor.events import Note
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.preparing import Candidates, needs_answers
from advisor.work.pilot.rows import Row
from advisor.work.pilot.settings import pilot_settings
from heuristics.facts.experiment import PilotSchedule
from heuristics.pilot.schedule import Lengths, Sizes, Work, fit, wanted_sizes


def make_schedule(bench: Bench, candidates: Candidates) -> PilotSchedule:
    """What fits the user's budget after what was used already."""
    limits = catalog.limits()
    rows = Sizes(
        samples=len(candidates.samples),
        validation=len(candidates.validation),
        test=len(candidates.test),
        generated=min(limits.time.generated_rows, len(candidates.test)),
        shots=limits.schedule.shots if candidates.few_shot else 0,
        seeds=bench.task.seeds or limits.schedule.seeds,
        cleaned=bool(candidates.cleaned),
    )
    wanted = wanted_sizes(rows, bench.recipe, limits)
    budget = bench.task.goal.pilot_minutes * 60
    schedule = fit(wanted, _work(bench, candidates), budget - bench.emitter.elapsed, budget)
    _explain(bench, schedule)
    return schedule


def _work(bench: Bench, candidates: Candidates) -> Work:
    assert bench.speeds is not None
    answers = [len(each.answer) for each in candidates.test if each.reachable]
    lengths = Lengths(
        train=_mean_tokens(candidates.samples),
        validation=_mean_tokens(candidates.validation),
        test=_mean_tokens(candidates.test),
        few_shot=_mean_tokens(candidates.few_shot),
        answer=max(answers, default=pilot_settings().generating.most_tokens) + 1,
    )
    return Work(
        speeds=bench.speeds,
        lengths=lengths,
        evaluations=catalog.limits().time.evaluations,
        prompts=any(each.prompt for each in candidates.test),
        answers=needs_answers(bench),
        recipe=bench.recipe,
        limits=catalog.limits(),
    )


def _explain(bench: Bench, schedule: PilotSchedule) -> None:
    total = bench.emitter.elapsed + schedule.total
    samples = max(each.samples for each in schedule.runs)
    runs = f"{len(schedule.runs)} training runs on up to {samples:,} rows"
    bench.emitter.emit(Note(text=f"{runs}, {schedule.test:,} test rows, about {total:,.0f} s in all"))
    if schedule.dropped:
        text = f"To fit {schedule.budget:,.0f} s: {', '.join(schedule.dropped)}"
        bench.emitter.emit(Note(text=text, level="warning"))
    for each in schedule.possible:
        if not each.answered:
            text = f"This budget does not answer “{each.question}”: {each.why} would be needed"
            bench.emitter.emit(Note(text=text, level="warning"))
    if total > schedule.budget:
        text = (
            f"Even the smallest pilot needs about {total:,.0f} s, more than the budget of "
            f"{schedule.budget:,.0f} s"
        )
        bench.emitter.emit(Note(text=text, level="warning"))


def _mean_tokens(rows: Sequence[Row]) -> float:
    return sum(each.tokens for each in rows) / len(rows) if rows else 0.0
