"""Which rows are left out because of themselves: plain questions about one row."""

from collections.abc import Callable
from dataclasses import dataclass

from advisor.work.data.convert import Converted
from advisor.work.data.examples import Example
from heuristics.facts.cleaning import Cleaning


@dataclass(frozen=True, slots=True)
class Seen:
    """One row as it would be written, and as it was."""

    line: int
    converted: Converted
    fingerprints: tuple[str, str]
    """Of the row in the source and of the row as mended."""


Question = Callable[[Seen], bool]


def empty(seen: Seen) -> bool:
    """True when prompt or answer is blank."""
    return seen.converted.empty


def questions(names: tuple[str, ...], cleaning: Cleaning, tested: frozenset[str]) -> dict[str, Question]:
    """The questions of the chosen fixes in their order; `tested` holds the keys of the user's test rows."""
    marked = frozenset(cleaning.marked)

    def is_marked(seen: Seen) -> bool:
        return not marked.isdisjoint(seen.fingerprints)

    def leaks(seen: Seen) -> bool:
        example: Example | None = seen.converted.example
        return bool(tested) and example is not None and example.key in tested

    known: dict[str, Question] = {
        "empty_answers": empty,
        "marked": is_marked,
        "leaks": leaks,
    }
    return {name: known[name] for name in names if name in known}
