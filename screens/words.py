"""Styled text without markup: the few shapes of paragraph that the screens are made of."""

from collections.abc import Callable, Iterable

from textual.content import Content

from advisor.text import plain
from heuristics.finding import Level

LONGEST = 20_000
"""Characters of one text that are ever laid out: more would freeze the terminal for seconds."""

LEVEL_STYLE = {
    Level.BLOCK: "bold $text-error",
    Level.RISK: "bold $text-warning",
    Level.UNKNOWN: "bold $text-accent",
    Level.OK: "bold $text-success",
}

Detail = Callable[[int], Content]
"""A text laid out for a width in cells."""


def safe(content: Content) -> Content:
    """The same text with every character replaced that could drive the terminal; styles stay in place."""
    text = content.plain
    if len(text) > LONGEST:
        content = Content.assemble(content[:LONGEST], f"\n… {len(text) - LONGEST:,} more characters")
    return Content(plain(content.plain), spans=list(content.spans))


def heading(text: str) -> Content:
    """A title above a block."""
    return Content.styled(text, "bold $text-primary")


def muted(text: str) -> Content:
    """Text of the second rank, still readable."""
    return Content.styled(text, "$text-muted")


def level_word(level: Level) -> Content:
    """The verdict as a word; the colour only repeats it."""
    return Content.styled(level.value, LEVEL_STYLE[level])


def labelled(label: str, text: str) -> Content:
    """A paragraph that says what it is: "Why  …"."""
    return Content.assemble((f"{label}  ", "bold $text-primary"), text)


def paragraphs(parts: Iterable[Content | str]) -> Content:
    """Blocks with an empty line between them; empty blocks vanish."""
    blocks = [Content(part) if isinstance(part, str) else part for part in parts]
    return Content("\n\n").join([block for block in blocks if block.plain])


def lines(parts: Iterable[Content | str]) -> Content:
    """One block of lines."""
    return Content("\n").join([Content(part) if isinstance(part, str) else part for part in parts])


def columns(rows: Iterable[tuple[str, ...]], right: frozenset[int] = frozenset(), gap: int = 2) -> Content:
    """A table with a bold first row; columns whose number is in `right` are aligned to the right."""
    from rich.cells import cell_len

    table = [tuple(" ".join(plain(cell).split()) for cell in row) for row in rows]
    if not table:
        return Content()
    widths = [max(cell_len(row[place]) for row in table) for place in range(len(table[0]))]
    written = [
        (" " * gap)
        .join(
            " " * (width - cell_len(cell)) + cell if place in right else cell + " " * (width - cell_len(cell))
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        .rstrip()
        for row in table
    ]
    return lines([Content.styled(written[0], "bold"), *written[1:]])
