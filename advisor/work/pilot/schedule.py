"""What the pilot does within its time budget, decided once from measured speed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from advisor.work.pilot.settings import pilot_settings
from heuristics.facts.experiment import Phase


@dataclass(frozen=True, slots=True)
class Speeds:
    """What the proof measured."""

    train: float
    """Tokens per second of training."""
    score: float
    """Tokens per second of scoring."""
    generate: float
    """Seconds for one more token of a whole batch of answers."""


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


@dataclass(frozen=True, slots=True)
class Work:
    """What does not change while the budget is divided."""

    speeds: Speeds
    lengths: Lengths
    epochs: float
    evaluations: int
    prompts: bool
    """False for raw text, which has no prompts to swap and no answers to generate."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The sizes that fit the budget, the time they need, and what was given up for it."""

    sizes: Sizes
    seconds: dict[Phase, float]
    dropped: tuple[str, ...]

    @property
    def total(self) -> float:
        """Predicted seconds of everything after the proof."""
        return sum(self.seconds.values())


def fit(wanted: Sizes, work: Work, budget: float) -> Schedule:
    """The largest sizes that fit `budget` seconds; the smallest ones when nothing fits."""
    dropped: list[str] = []
    sizes = wanted
    for smaller, words in _reductions(wanted):
        if sum(predicted(sizes, work).values()) <= budget * pilot_settings().schedule.margin:
            break
        sizes = smaller
        dropped.append(words)
    return Schedule(sizes, predicted(sizes, work), tuple(dropped))


def predicted(sizes: Sizes, work: Work) -> dict[Phase, float]:
    """Seconds of each phase after the proof."""
    speeds, lengths = work.speeds, work.lengths
    extra = pilot_settings().schedule.start_seconds
    validation = sizes.validation * lengths.validation / speeds.score
    test = sizes.test * lengths.test / speeds.score * (2 if work.prompts else 1)
    shots = sizes.test * lengths.few_shot / speeds.score if sizes.shots else 0.0
    rounds = math.ceil(sizes.generated / pilot_settings().generating.batch_rows) if work.prompts else 0
    generated = rounds * lengths.answer * speeds.generate
    training = sizes.samples * lengths.train * work.epochs / speeds.train
    return {
        "baseline": validation + test + shots + generated * (2 if sizes.shots else 1),
        "ladder": extra + training + work.evaluations * validation,
        "final": test + generated,
    }


def _reductions(wanted: Sizes) -> Iterator[tuple[Sizes, str]]:
    """Ever smaller sizes, each with what it gives up, dearest evidence last."""
    limits = pilot_settings().schedule
    sizes = wanted
    for field, most in (
        ("generated", limits.generated_short),
        ("test", limits.test_short),
        ("validation", limits.test_least),
        ("shots", 0),
        ("test", limits.test_least),
        ("generated", 0),
    ):
        before = getattr(sizes, field)
        if before > most:
            sizes = replace(sizes, **{field: most})
            sizes = replace(sizes, generated=min(sizes.generated, sizes.test))
            yield sizes, _words(field, before, most)
    while sizes.samples > limits.samples_least:
        before, after = sizes.samples, max(limits.samples_least, sizes.samples // 2)
        sizes = replace(sizes, samples=after)
        yield sizes, _words("samples", before, after)


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
