"""What the pilot does within its time budget: foretold by the plan, decided once from measured speed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from heuristics.facts.experiment import Phase, PilotSchedule, PlannedRun, Possible
from heuristics.pilot.rate_search import first_rates
from heuristics.pilot.runs import ladder_sizes, planned_runs
from heuristics.planning.recipe import Recipe
from heuristics.thresholds.limits import Limits
from heuristics.thresholds.schedule import ScheduleLimits


@dataclass(frozen=True, slots=True)
class Speeds:
    """What the proof measures, and the plan predicts before."""

    train: float
    """Tokens per second of training."""
    score: float
    """Tokens per second of scoring."""
    generate: float
    """Seconds for one more token of a whole batch of answers."""
    start: float = 0.0
    """Seconds to make a trainer and to take its adapter off again."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens per row, means, and tokens per answer, the most."""

    train: float
    validation: float
    test: float
    few_shot: float
    """A test row with solved examples in front."""
    answer: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    samples: int
    validation: int
    test: int
    generated: int
    """Test rows that are answered by generation."""
    shots: int
    """Solved examples of the few-shot baseline, 0 when it is left out."""
    rate_runs: int = 0
    """Runs of the rate phase, reserved extensions included."""
    rungs: tuple[int, ...] = ()
    """Sizes of the ladder below the whole sample, largest first."""
    seeds: int = 1
    """Seeds at the smallest sizes."""
    cleaned: bool = False
    """True when the cleaned rows get a run of their own."""


@dataclass(frozen=True, slots=True)
class Work:
    """What does not change while the budget is divided."""

    speeds: Speeds
    lengths: Lengths
    evaluations: int
    prompts: bool
    """False for raw text, which has no prompts to swap and no answers to generate."""
    answers: bool
    """True when the goal's metric needs generated answers."""
    recipe: Recipe
    limits: Limits


def wanted_sizes(rows: Sizes, recipe: Recipe, limits: Limits) -> Sizes:
    """Everything that a budget without end would pay for on so many rows."""
    return replace(
        rows,
        rate_runs=len(_first_factors(limits)) + limits.search.extensions,
        rungs=ladder_sizes(rows.samples, recipe.effective_batch, limits.schedule),
    )


def fit(wanted: Sizes, work: Work, budget: float, whole: float) -> PilotSchedule:
    """The most that fits the `budget` seconds that are left of the `whole`; the least when nothing fits."""
    dropped: list[str] = []
    sizes = wanted
    for smaller, words in _reductions(wanted, work):
        if sum(predicted(sizes, work).values()) <= budget * work.limits.schedule.margin:
            break
        sizes = smaller
        dropped.append(words)
    return PilotSchedule(
        budget=whole,
        seconds=predicted(sizes, work),
        runs=runs_of(sizes, work.recipe, work.limits),
        validation=sizes.validation,
        test=sizes.test,
        generated=sizes.generated,
        shots=sizes.shots,
        dropped=tuple(dropped),
        possible=possible(sizes, work),
        rate_runs=sizes.rate_runs,
    )


def runs_of(sizes: Sizes, recipe: Recipe, limits: Limits) -> tuple[PlannedRun, ...]:
    """The training runs of these sizes in their order."""
    return planned_runs(
        recipe,
        sizes.samples,
        sizes.rungs,
        sizes.seeds,
        rate_factors=_first_factors(limits) if sizes.rate_runs else (),
        cleaned=sizes.cleaned,
        limits=limits.schedule,
    )


def _first_factors(limits: Limits) -> tuple[float, ...]:
    """The rates that are tried first, over the prior."""
    return first_rates(1.0, limits.search)


def predicted(sizes: Sizes, work: Work) -> dict[Phase, float]:
    """Seconds of each phase after the proof."""
    speeds, lengths = work.speeds, work.lengths
    extra = work.limits.schedule.start_seconds
    validation = sizes.validation * lengths.validation / speeds.score
    test = sizes.test * lengths.test / speeds.score * (2 if work.prompts else 1)
    shots = sizes.test * lengths.few_shot / speeds.score if sizes.shots else 0.0
    generated = _answering(sizes.generated, work) if work.prompts else 0.0
    runs = runs_of(sizes, work.recipe, work.limits)
    seconds: dict[Phase, float] = {
        "baseline": validation * (2 if work.prompts else 1)
        + test
        + shots
        + generated * (2 if sizes.shots else 1)
    }
    if sizes.rate_runs:
        first = next(each for each in runs if each.phase == "rate")
        seconds["rate"] = sizes.rate_runs * _run_seconds(first, sizes, work)
    ladder = [each for each in runs if each.phase == "ladder"]
    seconds["ladder"] = extra + sum(_run_seconds(each, sizes, work) for each in ladder)
    seconds["final"] = test + generated + _besides(work)
    return seconds


def evaluations_of(run: PlannedRun, samples: int, whole: int, limits: ScheduleLimits) -> int:
    """Held-out evaluations during one run; `whole` is their number in the run on all `samples`."""
    if run.phase == "rate":
        return limits.rate_evaluations
    return whole if run.samples == samples else limits.evaluations


def possible(sizes: Sizes, work: Work) -> tuple[Possible, ...]:
    """What these sizes can decide, and what is missing where they cannot."""
    limits = work.limits.schedule
    seeded = sizes.seeds >= limits.seeds and len(sizes.rungs) > 0
    ladder, whole_ladder = 1 + len(sizes.rungs), 1 + limits.halvings
    found = [Possible("Is the tuned model better than the base model?", True)]
    if work.prompts:
        found += [
            Possible("Is prompting with solved examples enough?", sizes.shots > 0, "the few-shot baseline"),
            Possible("Are more answers exactly right?", sizes.generated > 0, "generated answers"),
        ]
    found += [
        Possible("Is the learning rate right?", sizes.rate_runs > 0, "the rate runs"),
        Possible(
            "Would more data help?",
            ladder >= whole_ladder and seeded,
            f"sizes or seeds: {ladder} of {whole_ladder} sizes",
        ),
        Possible("Did tuning shift the treatment of groups?", seeded, f"{limits.seeds} seeds of one size"),
    ]
    if sizes.cleaned:
        found.append(Possible("Does cleaning help more than data?", True))
    return tuple(replace(each, why="") if each.answered else each for each in found)


def _run_seconds(run: PlannedRun, sizes: Sizes, work: Work) -> float:
    speeds, lengths = work.speeds, work.lengths
    scoring = sizes.validation * lengths.validation / speeds.score
    evaluations = evaluations_of(run, sizes.samples, work.evaluations, work.limits.schedule)
    training = run.samples * lengths.train * run.epochs / speeds.train
    seconds = speeds.start + training + evaluations * scoring
    if run.phase == "ladder":
        seconds += scoring if work.prompts else 0.0
        if work.answers and sizes.generated:
            seconds += _answering(min(work.limits.schedule.generated, sizes.validation), work)
    return seconds


def _answering(rows: int, work: Work) -> float:
    rounds = math.ceil(rows / work.limits.time.generate_batch)
    return rounds * work.lengths.answer * work.speeds.generate


def _besides(work: Work) -> float:
    """Memorisation with two models, and the losses of training rows."""
    limits = work.limits.schedule
    rounds = 2 * math.ceil(limits.repeated_rows / work.limits.time.generate_batch) + 1
    scored = limits.scored_rows * work.lengths.train / work.speeds.score
    if work.lengths.answer <= limits.repeated_least:
        return scored
    return rounds * limits.repeated_most * work.speeds.generate + scored


def _reductions(wanted: Sizes, work: Work) -> Iterator[tuple[Sizes, str]]:
    """Ever smaller sizes, each with what it gives up, dearest evidence last.

    Answers that the goal's metric needs go last of all: without them the pilot decides nothing.
    """
    limits, sizes = work.limits.schedule, wanted
    for field, value, words in _ladder_reductions(wanted, len(_first_factors(work.limits))):
        sizes = replace(sizes, **{field: value})  # type: ignore[arg-type]
        yield sizes, words
    to_tests = [
        ("generated", limits.generated_short),
        ("test", limits.test_short),
        ("validation", limits.test_least),
        ("shots", 0),
        ("test", limits.test_least),
    ]
    halvings = math.ceil(math.log2(max(1.0, wanted.samples / limits.samples_least)))
    to_rows = [("samples", max(limits.samples_least, wanted.samples >> n)) for n in range(1, halvings + 1)]
    no_answers = ("generated", 0)
    for field, most in (
        (*to_tests, *to_rows, no_answers) if work.answers else (*to_tests, no_answers, *to_rows)
    ):
        before = getattr(sizes, field)
        if before > most:
            sizes = replace(sizes, **{field: most})  # type: ignore[arg-type]
            sizes = replace(sizes, generated=min(sizes.generated, sizes.test))
            yield sizes, _words(field, before, most)


def _ladder_reductions(wanted: Sizes, first: int) -> Iterator[tuple[str, object, str]]:
    """What is given up before the tests: further rate runs, seeds, sizes, the rate phase."""
    if wanted.cleaned:
        yield "cleaned", False, "no run on cleaned rows"
    if wanted.rate_runs > first:
        yield "rate_runs", first, "no reserve for further rate runs"
    if wanted.rungs:
        for seeds in range(wanted.seeds - 1, 0, -1):
            yield "seeds", seeds, f"{seeds} instead of {wanted.seeds} seeds at the smallest sizes"
    for kept in range(len(wanted.rungs) - 1, -1, -1):
        yield "rungs", wanted.rungs[:kept], f"no run on {wanted.rungs[kept]:,} rows"
    if wanted.rate_runs:
        yield "rate_runs", 0, "no rate runs: the prior stays"


def _words(field: str, before: int, after: int) -> str:
    if field == "shots":
        return "no few-shot baseline"
    if field == "generated" and after == 0:
        return "no generated answers"
    names = {
        "generated": "generated answers",
        "test": "test rows",
        "validation": "validation rows",
        "samples": "training rows",
    }
    return f"{after:,} instead of {before:,} {names[field]}"
