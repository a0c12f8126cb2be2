"""Fixes the pilot's schedule from what the proof measured, and says it in words."""

from collections.abc import Sequence

from advisor import catalog
from advisor.events import Note
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.preparing import Candidates, needs_answers
from advisor.work.pilot.rows import Row
from advisor.work.pilot.schedule import Lengths, Work, fit, wanted_sizes
from advisor.work.pilot.settings import pilot_settings
from heuristics.facts.experiment import PilotSchedule


def make_schedule(bench: Bench, candidates: Candidates) -> PilotSchedule:
    """What fits the user's budget after what was used already."""
    settings = pilot_settings()
    wanted = wanted_sizes(
        samples=len(candidates.samples),
        validation=len(candidates.validation),
        test=len(candidates.test),
        generated=min(catalog.limits().time.generated_rows, len(candidates.test)),
        shots=settings.few_shot.shots if candidates.few_shot else 0,
        recipe=bench.recipe,
        cleaned=bool(candidates.cleaned),
        seeds=bench.task.seeds,
    )
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
