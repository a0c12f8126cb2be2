"""Names under which counts about groups stand in a tally."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

ROWS, SENTENCES, WITH, NAMED, OUTCOME = "rows", "sentences", "with", "named", "outcome"
LENGTH, SQUARES = "length", "squares"
"""Sums of words of answers, and of their squares."""
REFUSAL = "refusal"
_JOIN = "\x1f"


def key(*parts: str) -> str:
    """One name of several parts."""
    return _JOIN.join(parts)


def counted(kinds: "Counter[str]", kind: str) -> Iterator[tuple[list[str], int]]:
    """The parts after the first, and the count, of every name of this kind."""
    for name, count in kinds.items():
        first, *parts = name.split(_JOIN)
        if first == kind:
            yield parts, count
