"""The whole pilot before it runs: what its budget can pay for, how long that takes, what it can decide."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from heuristics.basis import Estimate
from heuristics.costs.duration import Speed, forward_time, load_time, training_time
from heuristics.facts.experiment import PilotSchedule
from heuristics.pilot.schedule import Lengths, Sizes, Speeds, Work, fit, predicted, wanted_sizes
from heuristics.pilot.time import heldout_rows, speed_of, work_of
from heuristics.planning.recipe import Recipe
from heuristics.planning.sequence import mean_tokens
from heuristics.planning.settings import Ground, run_tokens
from heuristics.thresholds.costs import TimeLimits

Bound = Literal["value", "low", "high"]
_BOUNDS: tuple[Bound, ...] = ("value", "low", "high")


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the plan says about the pilot."""

    seconds: Estimate
    """Of the whole pilot, cut to its budget as far as it can be cut."""
    schedule: PilotSchedule
    """At the most likely speed; the pilot fixes its own from the speed that it measures."""
    needed: float
    """Seconds with which nothing would have to be given up."""


def foretell(ground: Ground, recipe: Recipe) -> Foretold:
    """The schedule and the time of a pilot at the speed that the plan expects, and at its bounds."""
    likely, *others = (_at(ground, recipe, bound) for bound in _BOUNDS)
    totals = [each.fixed + each.schedule.total for each in (likely, *others)]
    basis = training_time(work_of(ground, recipe, max(1, recipe.samples)), *_speed(ground, recipe))
    seconds = Estimate(totals[0], min(totals), max(totals), "s", basis.basis, basis.source)
    return Foretold(seconds, likely.schedule, likely.fixed + likely.everything)


@dataclass(frozen=True, slots=True)
class _Bounded:
    """The pilot when speeds are at one bound of their interval."""

    fixed: float
    """Seconds of what cannot be left out."""
    schedule: PilotSchedule
    everything: float
    """Seconds that all else would take if nothing were given up."""


def _at(ground: Ground, recipe: Recipe, bound: Bound) -> _Bounded:
    budget = ground.goal.pilot_minutes * 60
    fixed = _fixed(ground, recipe, bound)
    work = _work(ground, recipe, bound)
    wanted = wanted_sizes(_rows(ground, recipe), recipe, ground.limits)
    everything = sum(predicted(wanted, work).values()) / ground.limits.schedule.margin
    return _Bounded(fixed, fit(wanted, work, budget - fixed, budget), everything)


def _rows(ground: Ground, recipe: Recipe) -> Sizes:
    limits = ground.limits
    samples = max(1, recipe.samples)
    validation, test = heldout_rows(ground.data, samples, limits)
    return Sizes(
        samples=samples,
        validation=max(1, validation),
        test=max(1, test),
        generated=min(limits.time.generated_rows, test),
        shots=limits.schedule.shots if _has_prompts(ground) else 0,
        seeds=ground.extras.seeds or limits.schedule.seeds,
        cleaned=ground.extras.cleaned,
    )


def _work(ground: Ground, recipe: Recipe, bound: Bound) -> Work:
    length = max(1.0, mean_tokens(ground.data, recipe.sequence_length, ground.limits.sequence))
    tokens = ground.data.tokens if ground.data is not None else None
    answer = tokens.answer.p95 if tokens is not None else ground.limits.sequence.least
    return Work(
        speeds=_speeds(ground, recipe, bound),
        lengths=Lengths(
            train=length,
            validation=length,
            test=length,
            few_shot=length * (1 + ground.limits.schedule.shots),
            answer=max(1, min(answer, recipe.sequence_length)),
        ),
        evaluations=ground.limits.time.evaluations,
        prompts=_has_prompts(ground),
        answers=ground.goal.metric != "loss",
        recipe=recipe,
        limits=ground.limits,
    )


def _speeds(ground: Ground, recipe: Recipe, bound: Bound) -> Speeds:
    """Tokens per second of training and scoring, and seconds per token of a batch of answers."""
    speed, limits = _speed(ground, recipe)
    rows = max(1, recipe.samples)
    training = training_time(work_of(ground, recipe, rows), speed, limits)
    once = replace(recipe, epochs=1.0)
    scoring = forward_time(work_of(ground, once, rows), speed, limits)
    answering = forward_time(work_of(ground, once, 0, float(limits.generate_batch)), speed, limits)
    return Speeds(
        train=max(1.0, run_tokens(ground, recipe, rows)) / _bound(training, bound),
        score=max(1.0, run_tokens(ground, once, rows)) / _bound(scoring, bound),
        generate=_bound(answering, bound) + limits.generate_token_overhead * ground.shape.layers,
    )


def _fixed(ground: Ground, recipe: Recipe, bound: Bound) -> float:
    """Loading, and the proof on the longest rows."""
    speed, limits = _speed(ground, recipe)
    rows = limits.proof_steps * recipe.effective_batch
    work = work_of(ground, replace(recipe, epochs=1.0), rows, float(rows * recipe.sequence_length))
    return _bound(training_time(work, speed, limits), bound) + load_time(ground.shape, limits)


def _speed(ground: Ground, recipe: Recipe) -> tuple[Speed, TimeLimits]:
    return speed_of(ground, recipe), ground.limits.time


def _bound(estimate: Estimate, bound: Bound) -> float:
    value = {"value": estimate.value, "low": estimate.low, "high": estimate.high}[bound]
    return max(value, 1e-9) if math.isfinite(value) else 1e12


def _has_prompts(ground: Ground) -> bool:
    return ground.data is None or ground.data.format.name != "text"
