"""What a document is made of, before it is HTML or Markdown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """Points of a list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A head and rows of text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a plot."""

    name: str
    points: tuple[tuple[float, float], ...]
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over two axes, one of them perhaps with a band around it."""

    title: str
    across: str
    up: str
    series: tuple[Series, ...]
    words: str
    """What is to be seen, in a sentence."""
    band: tuple[tuple[float, float, float], ...] = ()
    """(x, low, high)."""
    logarithmic: bool = False
    """True for an x axis in powers."""
    ticks: tuple[float, ...] = ()
    """Where the x axis is labelled; empty for round steps."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Labelled bars, each with its value in words."""

    title: str
    bars: tuple[tuple[str, float, str], ...]
    """(label, value, value in words)."""
    words: str
    """What is to be seen, in a sentence."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Parts of one whole as one bar, against the room that there is."""

    title: str
    parts: tuple[tuple[str, float, str], ...]
    """(label, value, value in words)."""
    room: float
    words: str
    """The whole and the room in a sentence."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What a reader must see first."""

    word: str
    text: str
    note: str


Block = str | Lead | Lines | Table | Plot | Bars | Stack


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a document."""

    title: str
    blocks: tuple[Block, ...]
