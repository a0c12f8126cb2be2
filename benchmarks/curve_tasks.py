"""Small tasks of varied difficulty on which learning curves are measured: rows without end, from a seed."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COLOURS = ("red", "blue", "green", "white", "black", "brown")
_THINGS = ("printer", "invoice", "router", "parcel", "account", "laptop", "meeting", "ticket")
_VERBS = ("lost", "opened", "broke", "sent", "closed", "moved", "paid", "found")
_TEAMS = ("billing", "network", "shipping", "desk")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Task:
    """One task: how a row is drawn."""

    name: str
    draw: Callable[[random.Random], tuple[str, str]]
    """Gives (prompt, answer)."""

    def rows(self, seed: str) -> Iterator[tuple[str, str]]:
        """Rows without end; the same seed gives the same rows."""
        source = random.Random(f"{self.name} {seed}")
        while True:
            yield self.draw(source)


def _words(source: random.Random) -> tuple[str, str, str]:
    return source.choice(_COLOURS), source.choice(_THINGS), source.choice(_VERBS)


def routing(noise: float) -> Callable[[random.Random], tuple[str, str]]:
    """The thing decides the team; a share of the answers is drawn by lot."""

    def draw(source: random.Random) -> tuple[str, str]:
        colour, thing, verb = _words(source)
        right = _TEAMS[_THINGS.index(thing) % len(_TEAMS)]
        return f"the {colour} {thing} was {verb}", source.choice(_TEAMS) if source.random() < noise else right

    return draw


def pairs(source: random.Random) -> tuple[str, str]:
    """Colour and verb decide together."""
    colour, thing, verb = _words(source)
    return f"the {colour} {thing} was {verb}", _TEAMS[(_COLOURS.index(colour) + _VERBS.index(verb)) % 4]


def table(keys: int) -> Callable[[random.Random], tuple[str, str]]:
    """Every key has an answer that only memory can give."""
    fixed = random.Random(keys)
    answers = [f"{fixed.choice(_COLOURS)} {fixed.choice(_THINGS)}" for _ in range(keys)]

    def draw(source: random.Random) -> tuple[str, str]:
        key = source.randrange(keys)
        return f"code {key}", answers[key]

    return draw


def copied(length: int) -> Callable[[random.Random], tuple[str, str]]:
    """The answer repeats the letters of the prompt."""

    def draw(source: random.Random) -> tuple[str, str]:
        text = " ".join(source.choice(_LETTERS) for _ in range(length))
        return text, text

    return draw


def last_word(source: random.Random) -> tuple[str, str]:
    """The answer is the thing named last."""
    named = source.sample(_THINGS, 3)
    return " then ".join(named), named[-1]


def sums(largest: int) -> Callable[[random.Random], tuple[str, str]]:
    """Addition of two numbers."""

    def draw(source: random.Random) -> tuple[str, str]:
        one, two = source.randrange(largest), source.randrange(largest)
        return f"{one} plus {two}", str(one + two)

    return draw


def larger(source: random.Random) -> tuple[str, str]:
    """The larger of two numbers."""
    one, two = source.sample(range(100), 2)
    return f"{one} or {two}", str(max(one, two))


def form(source: random.Random) -> tuple[str, str]:
    """Three slots of one fixed form."""
    colour, thing, verb = _words(source)
    return f"the {colour} {thing} was {verb}", f"thing={thing}; colour={colour}; event={verb}"


def constant(source: random.Random) -> tuple[str, str]:
    """Always the same answer."""
    colour, thing, verb = _words(source)
    return f"the {colour} {thing} was {verb}", "thank you, we will look at it"


def lot(choices: int) -> Callable[[random.Random], tuple[str, str]]:
    """Answers drawn by lot: nothing but their frequencies can be learnt."""

    def draw(source: random.Random) -> tuple[str, str]:
        colour, thing, verb = _words(source)
        return f"the {colour} {thing} was {verb}", f"class {source.randrange(choices)}"

    return draw


def counted(source: random.Random) -> tuple[str, str]:
    """How often the first word stands in the prompt."""
    wanted = source.choice(_COLOURS)
    text = [source.choice((wanted, *_COLOURS[:2])) for _ in range(5)]
    return f"{wanted}: {' '.join(text)}", str(text.count(wanted))


TASKS = (
    Task("routing", routing(0.0)),
    Task("routing, 20 % wrong", routing(0.2)),
    Task("routing, 60 % wrong", routing(0.6)),
    Task("pairs", pairs),
    Task("table of 20", table(20)),
    Task("table of 100", table(100)),
    Task("table of 400", table(400)),
    Task("copy 4", copied(4)),
    Task("copy 8", copied(8)),
    Task("last word", last_word),
    Task("sums to 20", sums(10)),
    Task("sums to 200", sums(100)),
    Task("larger", larger),
    Task("form", form),
    Task("constant", constant),
    Task("lot of 2", lot(2)),
    Task("lot of 8", lot(8)),
    Task("counted", counted),
)
