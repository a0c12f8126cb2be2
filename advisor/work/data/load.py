"""A file, or the user's column mapping of it, as usable examples and an account of the rest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from advisor.specs import DataChoice
from advisor.text import one_line
from advisor.work.data.convert import Converted, convert
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from advisor.work.data.opening import has_changed, open_choice, sha256_of
from advisor.work.data.progress import Progress
from advisor.work.data.rows import Row
from advisor.work.emit import Emitter
from heuristics.facts.data import FormatFacts, RowProblem


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that one pass over a file gave."""

    examples: tuple[Example, ...]
    """Usable ones only: parsed, converted, prompt and answer not empty."""
    format: FormatFacts
    rows: int
    """Rows that parsed."""
    malformed: int
    problems: tuple[RowProblem, ...]
    """Malformed rows, the first few hundred."""
    bytes: int
    sha256: str
    empty: tuple[int, ...] = ()
    """Lines of the rows whose prompt or answer is empty."""
    role_errors: tuple[RowProblem, ...] = ()
    """Rows whose turns are out of order or of unknown roles, usable or not."""
    unfit: tuple[RowProblem, ...] = ()
    """Rows that parsed but do not have the shape of the format."""
    partial: bool = False
    """True when the file could not be read to its end or changed while it was read."""


@dataclass(slots=True)
class _Tally:
    examples: list[Example] = field(default_factory=list)
    rows: int = 0
    malformed: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    role_errors: list[RowProblem] = field(default_factory=list)
    unfit: list[RowProblem] = field(default_factory=list)

    def malformed_row(self, problem: RowProblem) -> None:
        self.malformed += 1
        if len(self.problems) < data_limits().reader.problems_kept:
            self.problems.append(problem)

    def row(self, line: int, converted: Converted) -> None:
        self.rows += 1
        self.role_errors.extend(RowProblem(line, reason) for reason in converted.faults)
        if converted.example is not None:
            self.examples.append(converted.example)
        elif converted.empty:
            self.empty.append(line)
        else:
            self.unfit.append(RowProblem(line, converted.reason))


def load(choice: DataChoice, emitter: Emitter | None = None, most_rows: int | None = None) -> Loaded:
    """Read the rows of `choice` and convert them.

    `most_rows` stops after that many rows, for a first impression. Raises BadData, in one line, for anything
    that is not a readable file of rows that can be trained on.
    """
    started = open_choice(choice)
    opened = started.opened
    progress = Progress(emitter, f"reading {one_line(choice.path.name, 40)}", started.size, "bytes")
    with opened:
        rows = islice(started.rows, most_rows)
        tally = _convert_all(rows, started.format, lambda: progress.at(opened.position()))
        cut = opened.cut_short
    changed = has_changed(started)
    return Loaded(
        examples=tuple(tally.examples),
        format=started.format,
        rows=tally.rows,
        malformed=tally.malformed,
        problems=tuple(tally.problems),
        bytes=started.size,
        sha256=sha256_of(started.paths) if most_rows is None and not changed else "",
        empty=tuple(tally.empty),
        role_errors=tuple(tally.role_errors),
        unfit=tuple(tally.unfit),
        partial=cut or changed or most_rows is not None,
    )


def _convert_all(rows: Iterator[Row | RowProblem], format_: FormatFacts, tick: Callable[[], None]) -> _Tally:
    tally = _Tally()
    for count, each in enumerate(rows):
        if isinstance(each, RowProblem):
            tally.malformed_row(each)
        else:
            tally.row(each.line, convert(each.value, each.line, format_))
        if count % 1000 == 0:
            tick()
    return tally
