"""The few shapes of text that a report is made of."""

import textwrap
from collections.abc import Iterable, Sequence

from advisor.text import one_line

WIDTH = 100
"""Longest line: what a log viewer shows without wrapping."""
_LABEL = 14
_LEAST = 30
"""Characters that are left for what a label says, however long the label is."""


def title(text: str) -> list[str]:
    """A heading with an empty line above it."""
    return ["", text, "-" * len(text)]


def field(label: str, text: str) -> list[str]:
    """A label and what it says, wrapped beside it."""
    head = f"{label:<{_LABEL}}" if len(label) < _LABEL else f"{label}  "
    return hung(head, text)


def hung(head: str, text: str) -> list[str]:
    """Text that hangs to the right of its head."""
    head = one_line(head, WIDTH - _LEAST) + "  " if len(head) > WIDTH - _LEAST else head
    wrapped = textwrap.wrap(
        one_line(text, 2000), WIDTH - len(head), break_long_words=False, break_on_hyphens=False
    )
    first, *rest = wrapped or [""]
    return [f"{head}{first}".rstrip(), *(" " * len(head) + line for line in rest)]


def table(rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Columns of text; those numbered in `right` are aligned to the right."""
    cells = [[one_line(cell, 60) for cell in row] for row in rows]
    if not cells:
        return []
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    return [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
