"""A document as Markdown: the same words and tables, pictures as their numbers."""

import re
from collections.abc import Iterable

from advisor import numbers
from advisor.document.blocks import Bars, Block, Lead, Lines, Part, Plot, Stack, Table
from advisor.text import one_line

_SPECIAL = re.compile(
    r"([\\`*_{}\[\]<>#|~$!&@]|:(?=/)|(?<=www)\.|^[-+=]|(?:(?<=^\d)|(?<=^\d\d)|(?<=^\d{3}))[.)])"
)
_MOST = 12
"""Points of a plot that are listed."""


def text(words: str) -> str:
    """Outside text on one line, without any meaning to Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", one_line(words, 2000))


def page(title: str, parts: Iterable[Part]) -> str:
    """The whole document."""
    blocks = [f"# {text(title)}"]
    for part in parts:
        blocks += [f"## {text(part.title)}", *(each for block in part.blocks if (each := _block(block)))]
    return "\n\n".join(blocks) + "\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table with escaped cells."""
    lines = [head, tuple("---" for _ in head)]
    written = [f"| {' | '.join(each if each == '---' else text(each) for each in line)} |" for line in lines]
    return "\n".join([*written, *(f"| {' | '.join(text(cell) for cell in row)} |" for row in rows)])


def _block(block: Block) -> str:
    match block:
        case str():
            return text(block)
        case Lines(items=items):
            return "\n".join(f"- {text(each)}" for each in items)
        case Table(head=head, rows=rows):
            return table(head, rows)
        case Bars(title=title, bars=bars, words=words):
            listed = table(("", "value"), [(label, shown) for label, _, shown in bars])
            return f"{text(title)}\n\n{text(words)}\n\n{listed}"
        case Stack(title=title, parts=parts, words=words):
            named = table(("part", "value"), [(label, shown) for label, _, shown in parts])
            return f"{text(title)}\n\n{text(words)}\n\n{named}"
        case Lead(word=word, text=said, note=note):
            return f"**{text(word)}**\n\n{text(said)}\n\n{text(note)}"
        case Plot():
            return _plot(block)


def _plot(plot: Plot) -> str:
    rows = []
    for each in plot.series:
        step = max(1, -(-len(each.points) // _MOST))
        rows += [(each.name, numbers.decimal(x), numbers.decimal(y)) for x, y in each.points[::step]]
    if not rows:
        return ""
    listed = table(("line", plot.across, plot.up), rows)
    return f"{text(plot.title)}\n\n{text(plot.words)}\n\n{listed}"
