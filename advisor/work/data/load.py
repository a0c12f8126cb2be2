"""A file, or the user's column mapping of it, as usable examples and an account of the rest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from itertools import islice

from advisor.specs import DataChoice
from advisor.text import one_line
from advisor.work.data.convert import Converted, convert
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from advisor.work.data.opening import has_changed, open_choice, sha256_of
from advisor.work.data.progress import Progress
from advisor.work.data.rows import Row
from advisor.work.data.scan.state import squeezed
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

    def row(self, line: int, converted: Converted, kept: "_Kept") -> None:
        self.rows += 1
        self.role_errors.extend(RowProblem(line, reason) for reason in converted.faults)
        if converted.example is not None:
            kept.add(converted.example)
        elif converted.empty:
            self.empty.append(line)
        else:
            self.unfit.append(RowProblem(line, converted.reason))


def load(
    choice: DataChoice,
    emitter: Emitter | None = None,
    most_rows: int | None = None,
    most_kept: int | None = None,
) -> Loaded:
    """Read the rows of `choice` and convert them.

    `most_rows` stops after that many rows, for a first impression. `most_kept` reads all but keeps only that
    many, chosen by a hash of what they ask: always the same, from all over the file, rows that ask the same
    together as long as there is room. Raises BadData, in one line, for anything that is not a readable file
    of rows that can be trained on.
    """
    started = open_choice(choice)
    opened = started.opened
    progress = Progress(emitter, f"reading {one_line(choice.path.name, 40)}", started.size, "bytes")
    with opened:
        rows = islice(started.rows, most_rows)
        kept = _Kept(most_kept)
        tally = _convert_all(rows, started.format, kept, lambda: progress.at(opened.position()))
        cut = opened.cut_short
    changed = has_changed(started)
    return Loaded(
        examples=kept.examples(),
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


class _Kept:
    """All examples, or at most so many of them: those whose prompts have the smallest hashes."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._all: list[Example] = []
        self._smallest: list[tuple[int, int, Example]] = []

    def add(self, example: Example) -> None:
        """Take in the next one."""
        if self._most is None:
            self._all.append(example)
            return
        asked = "\n".join(each.content for each in example.prompt) or example.answer
        entry = (-squeezed(asked), -example.line, example)
        if len(self._smallest) < self._most:
            heappush(self._smallest, entry)
        elif entry > self._smallest[0]:
            heapreplace(self._smallest, entry)

    def examples(self) -> tuple[Example, ...]:
        """What was kept, in the order of the file."""
        chosen = sorted((each for _, _, each in self._smallest), key=lambda each: each.line)
        return tuple(self._all or chosen)


def _convert_all(
    rows: Iterator[Row | RowProblem], format_: FormatFacts, kept: _Kept, tick: Callable[[], None]
) -> _Tally:
    tally = _Tally()
    for count, each in enumerate(rows):
        if isinstance(each, RowProblem):
            tally.malformed_row(each)
        else:
            tally.row(each.line, convert(each.value, each.line, format_), kept)
        if count % 1000 == 0:
            tick()
    return tally
