"""A file, or the user's column mapping of it, as usable examples and an account of the rest."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from advisor.errors import BadData
from advisor.specs import DataChoice
from advisor.text import one_line
from advisor.work.data.columns import ColumnTally
from advisor.work.data.convert import Converted, convert
from advisor.work.data.examples import Example
from advisor.work.data.formats import recognise
from advisor.work.data.limits import data_limits
from advisor.work.data.progress import Progress
from advisor.work.data.rows import Row, open_rows
from advisor.work.data.source import check_file
from advisor.work.emit import Emitter
from heuristics.facts.data import TRAINABLE, ColumnFacts, FormatFacts, RowProblem


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
    columns: tuple[ColumnFacts, ...] = ()
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
    columns: ColumnTally = field(default_factory=ColumnTally)

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
    before = check_file(choice.path)
    progress = Progress(emitter, f"reading {one_line(choice.path.name, 40)}", before.st_size, "bytes")
    opened = open_rows(choice.path)
    with opened:
        head = list(islice(opened.rows, data_limits().reader.sample_rows))
        sample = [each.value for each in head if isinstance(each, Row)]
        if not sample:
            raise _nothing_readable(choice, [each for each in head if isinstance(each, RowProblem)])
        format_ = recognise(sample, opened.container, choice.columns)
        format_ = opened.described(format_)
        if format_.name not in TRAINABLE:
            raise BadData(f"{one_line(choice.path.name, 60)}: {format_.explanation}", _what_to_do(format_))
        rows: Iterator[Row | RowProblem] = chain(head, opened.rows)
        tally = _convert_all(islice(rows, most_rows), format_, lambda: progress.at(opened.position()))
        cut = opened.cut_short
    digest = _sha256(choice, most_rows)
    after = choice.path.stat()
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    return Loaded(
        examples=tuple(tally.examples),
        format=format_,
        rows=tally.rows,
        malformed=tally.malformed,
        problems=tuple(tally.problems),
        bytes=before.st_size,
        sha256=digest,
        empty=tuple(tally.empty),
        role_errors=tuple(tally.role_errors),
        unfit=tuple(tally.unfit),
        columns=tally.columns.facts(),
        partial=cut or changed or most_rows is not None,
    )


def _convert_all(rows: Iterator[Row | RowProblem], format_: FormatFacts, tick: Callable[[], None]) -> _Tally:
    tally = _Tally()
    for count, each in enumerate(rows):
        if isinstance(each, RowProblem):
            tally.malformed_row(each)
        else:
            tally.columns.add_row(each.value)
            tally.row(each.line, convert(each.value, each.line, format_))
        if count % 1000 == 0:
            tick()
    return tally


def _sha256(choice: DataChoice, most_rows: int | None) -> str:
    """Hash of the file as it lies on disk; empty for a first impression."""
    if most_rows is not None:
        return ""
    with choice.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _nothing_readable(choice: DataChoice, problems: list[RowProblem]) -> BadData:
    name = one_line(choice.path.name, 60)
    if not problems:
        return BadData(f"{name} has no rows", "Choose a file with at least a few rows.")
    first = problems[0]
    return BadData(
        f"{name}: none of the first {len(problems):,} rows can be read; line {first.line}: {first.reason}",
        "Repair the file, or save it again as UTF-8 JSON Lines or CSV.",
    )


def _what_to_do(format_: FormatFacts) -> str:
    if format_.name == "unknown":
        return "Name the columns yourself: which one is the prompt and which the answer."
    return "Choose a file of prompts and answers, or of plain text."
