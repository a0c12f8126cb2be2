"""The source of a cleaning: its format, its rows, and what would make a copy of it wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from advisor.errors import BadData
from advisor.specs import DataChoice
from advisor.text import one_line
from advisor.work.clean.records import Record, Records
from advisor.work.data.files import files_of
from advisor.work.data.formats import recognise
from advisor.work.data.jsonl import SEVERAL, read_object, several_objects
from advisor.work.data.limits import data_limits
from advisor.work.data.progress import Progress
from advisor.work.data.rows import Row, open_rows
from advisor.work.data.source import check_file
from advisor.work.emit import Emitter
from heuristics.facts.data import FormatFacts, RowProblem

_RARELY = 1000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that can be cleaned."""

    path: Path
    format: FormatFacts
    size: int
    modified: int
    """Nanoseconds, by the file system."""

    def check_unchanged(self) -> None:
        """Raises BadData when the file is not the one that was opened."""
        name = one_line(self.path.name, 60)
        try:
            now = self.path.stat()
        except OSError as error:
            raise BadData(f"{name} went away during the cleaning; nothing was written") from error
        if (now.st_size, now.st_mtime_ns) != (self.size, self.modified):
            raise BadData(
                f"{name} changed during the cleaning; nothing was written",
                "Start again when no program writes to it.",
            )


def source_of(choice: DataChoice) -> SourceFile:
    """Look at the head of a file; raises BadData, in one line, when there is nothing to clean."""
    path, *others = files_of(choice)
    if others:
        name = one_line(str(choice.path), 80)
        raise BadData(
            f"{name} holds {1 + len(others):,} files", "Choose one: they are cleaned one at a time."
        )
    status = check_file(path)
    with open_rows(path) as opened:
        head = list(islice(opened.rows, data_limits().reader.sample_rows))
        sample = [each.value for each in head if isinstance(each, Row)]
        if not sample:
            name = one_line(path.name, 60)
            raise BadData(f"{name} has no row that can be read", "Choose another file.")
        format_ = opened.described(recognise(sample, opened.container, choice.columns))
    return SourceFile(path, format_, status.st_size, status.st_mtime_ns)


def read(
    source: SourceFile, emitter: Emitter | None, phase: str, *, guess_encoding: bool, split: bool
) -> Iterator[tuple[int, Record]]:
    """Every record with its place from 0; with `guess_encoding` lines that are not UTF-8 are read as
    Windows-1252 where that gives a row, with `split` lines that hold several rows give a record for each."""
    progress = Progress(emitter, phase, source.size, "bytes")
    with Records(source.path) as records:
        place = 0
        for record in records:
            if place % _RARELY == 0:
                progress.at(records.opened.position())
            for each in _split(record) if split else (record,):
                yield place, _as_windows(each) if guess_encoding else each
                place += 1
    progress.at(source.size)


def head_of(source: SourceFile) -> bytes:
    """The lines before the first row, such as the header of a CSV file."""
    with Records(source.path) as records:
        next(iter(records), None)
        return records.head


def is_guessed(record: Record) -> bool:
    """True for a record whose bytes are not UTF-8 but that was read all the same."""
    return isinstance(record.content, Row) and record.raw is not None and not _is_utf8(record.raw)


def _split(record: Record) -> tuple[Record, ...]:
    """A record for each of the rows that stand on one line; all others as they are."""
    content, raw = record.content, record.raw
    if isinstance(content, Row) or content.reason != SEVERAL or raw is None:
        return (record,)
    objects = several_objects(raw)
    rows = [read_object(each, record.line) for each in objects]
    if not all(isinstance(each, Row) for each in rows):
        return (record,)
    return tuple(
        Record(record.line, row, whole + b"\n", number)
        for number, (row, whole) in enumerate(zip(rows, objects, strict=True), start=1)
    ) or (record,)


def _as_windows(record: Record) -> Record:
    if isinstance(record.content, Row) or record.raw is None or _is_utf8(record.raw):
        return record
    if not record.raw.lstrip().startswith(b"{"):
        return record
    text = record.raw.strip().decode("cp1252", "replace")
    content: Row | RowProblem = read_object(text.encode(), record.line)
    return Record(record.line, content, record.raw) if isinstance(content, Row) else record


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
