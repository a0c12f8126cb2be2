"""What a step shows, as values: sections of rows, each row with a detail that explains it."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.content import Content

from advisor import numbers
from advisor.case import Case
from advisor.text import one_line
from heuristics.finding import Finding, Level
from screens.words import Detail, heading, labelled, level_word, lines, muted, paragraphs


def _nothing(_width: int) -> Content:
    return Content()


@dataclass(frozen=True, slots=True)
class Field:
    """A value that the user can change, and what to know before changing it."""

    title: str
    why: str
    """One sentence: what it decides, and where its default comes from."""
    current: str
    """As the user would type it; empty when the program chooses."""
    apply: Callable[[Case, str], Case]
    """The case with the new value; raises BadInput with what would be right."""
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, what it means); empty for free input."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a step."""

    id: str
    label: str
    value: str = ""
    note: str = ""
    """Interval, basis and the like: may be cut off, the detail repeats it."""
    level: Level | None = None
    detail: Detail = _nothing
    field: Field | None = None
    """Set when enter changes this row."""
    browsable: bool = False
    """True when rows of the data stand behind this row and can be looked at."""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one title."""

    title: str
    rows: tuple[Row, ...]
    label_width: int = 22
    """Cells that labels may take in a narrow list."""


def told(*parts: Content | str) -> Detail:
    """A detail that needs no width: paragraphs that wrap."""
    return lambda _width: paragraphs(parts)


def finding_rows(findings: tuple[Finding, ...]) -> Section:
    """Findings as rows, in the order given."""
    rows = tuple(
        Row(
            id=f"finding-{number}-{finding.rule}",
            label=finding.headline,
            level=finding.level,
            detail=told(*_finding_parts(finding)),
            browsable=bool(finding.rows),
        )
        for number, finding in enumerate(findings)
    )
    return Section("Findings", rows)


def _finding_parts(finding: Finding) -> list[Content]:
    parts = [Content.assemble(level_word(finding.level), "  ", one_line(finding.headline, 400))]
    for label, text in (("Why", finding.why), ("Do", finding.do)):
        if text:
            parts.append(labelled(label, text))
    if finding.count is not None and (finding.share is not None or finding.rows):
        of = f", {numbers.share(finding.share)} of them" if finding.share is not None else ""
        parts.append(labelled("Rows", f"{numbers.count(finding.count)}{of}"))
    if finding.rows or finding.examples:
        parts.append(_examples(finding))
    if finding.source:
        parts.append(labelled("Source", finding.source))
    return parts


def _examples(finding: Finding) -> Content:
    digits = max((len(f"{row:,}") for row in finding.rows), default=0)
    places = finding.places or tuple(f"line {row:>{digits},}" for row in finding.rows)
    width = max(map(len, places), default=0)
    written: list[Content | str] = [heading("Example rows")]
    for place in range(max(len(finding.rows), len(finding.examples))):
        where = places[place] if place < len(places) else ""
        text = one_line(finding.examples[place]) if place < len(finding.examples) else ""
        written.append(Content.assemble(muted(f"{where:<{width}}  ") if where else "", text))
    return lines(written)
