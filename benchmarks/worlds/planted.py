"""The planted worlds: rows of which it is known beforehand what a pilot must say about them, and why."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from advisor.case import Case
from advisor.cli.asked import GoalWishes
from benchmarks.worlds import language
from benchmarks.worlds.language import Message
from heuristics.planning.knobs import Knobs
from heuristics.verdict.decision import Decision

Row = dict[str, str]

QUEUE = dict(zip(language.THING, (team for team in language.TEAM[:4] for _ in range(4)), strict=True))
"""Which team a thing belongs to: nothing that the base model has read tells."""
THINGS = language.THING[::2]
"""Eight of the things, two for each team."""
DESK = dict(zip(language.THING, (*language.TEAM, *reversed(language.TEAM)), strict=True))
AIDE = dict(zip(language.THING, random.Random(11).choices(language.TEAM, k=16), strict=True))
"""Two teams for each of sixteen things."""
NO_WISHES = GoalWishes()
TESTS = 150
SAMPLES = 128
BATCH = 8


@dataclass(frozen=True, slots=True)
class World:
    """One kind of data set, with the verdict that it deserves."""

    name: str
    rows: Callable[[random.Random], list[Row]]
    right: tuple[Decision, ...]
    why: str
    """Why this is the right verdict."""
    wishes: GoalWishes = NO_WISHES
    """What the user says about the goal beyond what the data suggests."""
    knobs: Callable[[int], Knobs] = lambda seed: Knobs(samples=SAMPLES, micro_batch=BATCH)
    """Settings that the user fixes, by seed."""
    evidence: Callable[[Case], str] = lambda case: ""
    """What is wrong with the evidence behind the verdict, empty when nothing is."""
    mostly: Callable[[Case], bool] | None = None
    """What an interval at 95 % promises: true in at least that share of the seeds."""
    gain_exists: bool = False
    """False where no training on these rows can be worth it: a verdict to train is a wrong positive."""
    tests: int = 0
    """Rows of a test file of the user's own; 0 leaves it to the program to hold rows out."""

    rounds: int = 1
    """Times as many seeds as other worlds get, where something is claimed about a share of seeds."""

    def rows_of(self, seed: int) -> list[Row]:
        """The rows of one seed; the last ones are the test file's."""
        return self.rows(random.Random(f"{self.name} {seed}"))


def reports(
    chance: random.Random, count: int, answer: Callable[[Message], str], things: Sequence[str] = THINGS
) -> list[Row]:
    """Reports about these things with their answers, no report twice."""
    found: dict[str, str] = {}
    while len(found) < count:
        drawn = language.draw_message(chance)
        if drawn.thing in things:
            found.setdefault(drawn.text(), answer(drawn))
    return [{"question": question, "answer": told} for question, told in found.items()]


def _learnable(chance: random.Random) -> list[Row]:
    return reports(chance, 330, lambda each: f"queue {QUEUE[each.thing]}")


def _by_lot(chance: random.Random) -> list[Row]:
    return reports(chance, 330, lambda _: f"queue {chance.choice(language.TEAM[:4])}")


def _too_little(chance: random.Random) -> list[Row]:
    return reports(
        chance, 112 + TESTS, lambda each: f"queue {DESK[each.thing]} {AIDE[each.thing]}", language.THING
    )


def _saturated(chance: random.Random) -> list[Row]:
    def answer(each: Message) -> str:
        return f"queue {QUEUE[each.thing]} {chance.choice(language.TEAM[4:7])}"

    return reports(chance, 500, answer, language.THING[::4])


def _prompting(chance: random.Random) -> list[Row]:
    return reports(chance, 330, lambda each: f"it is {each.thing}")


def _conflicting(chance: random.Random) -> list[Row]:
    rows = _learnable(chance)
    again = chance.sample(rows, 80)
    others = {
        each: [team for team in language.TEAM[:4] if f"queue {team}" != each]
        for each in {row["answer"] for row in again}
    }
    rows += [
        {"question": row["question"], "answer": f"queue {chance.choice(others[row['answer']])}"}
        for row in again
    ]
    chance.shuffle(rows)
    return rows


def _task_gain(case: Case) -> tuple[float, float]:
    """The interval of the gain from the row's own prompt."""
    gain = case.pilot.gain("task") if case.pilot else None
    assert gain is not None
    return gain.estimate.low, gain.estimate.high


def _no_task_gain(case: Case) -> bool:
    """The interval of the task gain includes zero."""
    low, high = _task_gain(case)
    return low <= 0 <= high


def _by_lot_evidence(case: Case) -> str:
    form = case.pilot.gain("format") if case.pilot else None
    if form is None or form.estimate.low <= 0:
        return "no format gain"
    return ""


def _learnt(case: Case) -> str:
    low, _ = _task_gain(case)
    return "" if low > 0 else f"task gain from {low:.3f}"


def _forgot(case: Case) -> str:
    headline = case.verdict.headline if case.verdict else ""
    return "" if "general text" in headline else "the loss on general text does not decide"


GOOD_RATE = (2e-3, 2e-2)
"""Between which the best rate of the base model lies, by a sweep."""


def _found_rate(case: Case) -> str:
    rate = case.pilot.rate if case.pilot else None
    if rate is None:
        return "no rate phase"
    low, high = GOOD_RATE
    return "" if low <= rate.best <= high else f"rate {rate.best:.2g} is not between {low:g} and {high:g}"


def _wrong_rate(seed: int) -> Knobs:
    """Ten times too low, and ten times too high, by turns."""
    return Knobs(samples=SAMPLES, micro_batch=BATCH, learning_rate=6e-4 if seed % 2 == 0 else 6e-2)


NOTHING = (Decision.NO_IMPROVEMENT, Decision.NOT_WORTH_IT)

WORLDS = (
    World(
        "learnable",
        _learnable,
        (Decision.SCALE_UP,),
        "The answer follows from one word of the question, and a hundred rows show it often enough.",
        evidence=_learnt,
        gain_exists=True,
    ),
    World(
        "random labels",
        _by_lot,
        NOTHING,
        "The answers are drawn by lot: nothing but their form and frequencies can be learnt.",
        evidence=_by_lot_evidence,
        mostly=_no_task_gain,
        rounds=3,
    ),
    World(
        "too little data",
        _too_little,
        (Decision.COLLECT_DATA,),
        "Each of sixteen things has two words of its own and occurs six times: more rows still help much.",
        wishes=GoalWishes(smallest_gain=0.7),
        knobs=lambda seed: Knobs(),
        evidence=_learnt,
        tests=TESTS,
    ),
    World(
        "saturated",
        _saturated,
        (Decision.CHANGE_MODEL,),
        "One word of the answer is learnt from few rows, the other is drawn by lot: a third of the answers "
        "can be right, which is less than the user wants, however many rows there are.",
        wishes=GoalWishes(smallest_gain=0.6),
        knobs=lambda seed: Knobs(samples=240, micro_batch=BATCH),
        evidence=_learnt,
    ),
    World(
        "few-shot enough",
        _prompting,
        (Decision.NOT_WORTH_IT,),
        "The base model can do the task and lacks only the wording, which three solved examples show.",
    ),
    World(
        "conflicting answers",
        _conflicting,
        (Decision.FIX_DATA,),
        "A fifth of the rows ask what another row asks and are answered differently.",
    ),
    World(
        "forgets",
        _learnable,
        (Decision.UNKNOWN,),
        "The task is learnt at the cost of what the model must keep: another pilot must show whether both go "
        "together.",
        wishes=GoalWishes(keep_general=True),
        knobs=lambda seed: Knobs(samples=SAMPLES, micro_batch=BATCH, epochs=8, method="full"),
        evidence=_forgot,
    ),
    World(
        "rate off by ten",
        _learnable,
        (Decision.SCALE_UP,),
        "The task is learnable at the right rate, and the rate phase finds it.",
        knobs=_wrong_rate,
        evidence=_found_rate,
        gain_exists=True,
    ),
)
