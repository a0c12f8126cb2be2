"""Opens the file of a choice and finds out what its rows are, on rows from all over it."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from advisor.errors import BadData
from advisor.specs import DataChoice
from advisor.text import one_line
from advisor.work.data.checks.preference import PreferenceDefects
from advisor.work.data.files import files_of
from advisor.work.data.formats import recognise
from advisor.work.data.limits import data_limits
from advisor.work.data.row import Row
from advisor.work.data.rows import RowFile, open_rows, open_several
from advisor.work.data.scan.parts import ByteRange, can_be_divided
from heuristics.facts.data import TRAINABLE, FormatFacts, RowProblem

_PLACES = 16
"""Places inside a file at which rows are sampled."""
_SEED = 20_260_101
_LOOKED_AT = 50
"""Rows of each further file by which its format is told."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file has changed."""

    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose format is known, ready to be read from its first row."""

    opened: RowFile
    format: FormatFacts
    rows: Iterator[Row | RowProblem]
    """All rows, from the first."""
    sample: tuple[Row | RowProblem, ...]
    """Rows from the head, from places inside and from the tail."""
    paths: tuple[Path, ...]
    before: tuple[Stamp, ...]
    """The state of each file when it was opened."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(each.size for each in self.before)

    @property
    def rows_about(self) -> int:
        """Rows of all files, as far as the bytes of the sampled ones tell."""
        values = [each.value for each in self.sample if isinstance(each, Row)]
        if len(self.sample) < data_limits().reader.sample_rows:
            return len(self.sample)
        mean = sum(len(str(each)) for each in values) / max(1, len(values))
        return max(len(values), int(self.size / max(1.0, mean)))


def open_choice(choice: DataChoice) -> Opened:
    """Open the file and recognise its format; the caller closes `opened`.

    Raises BadData, in one line, for anything that is not a readable file of rows that can be trained on.
    """
    paths = files_of(choice)
    before = stamps_of(paths)
    size = sum(each.size for each in before)
    opened = open_several(paths)
    try:
        most = data_limits().reader.sample_rows
        head = list(islice(opened.rows, most))
        sample = head
        if len(head) == most and can_be_divided(opened):
            sample = sample_of(paths[0], size, head, most)
        values = [each.value for each in sample if isinstance(each, Row)]
        if not values:
            raise _nothing_readable(choice, [each for each in head if isinstance(each, RowProblem)])
        format_ = opened.described(recognise(values, opened.container, choice.columns))
        if format_.name not in TRAINABLE:
            raise BadData(_refusal(choice, format_, head), _what_to_do(format_))
        if choice.more:
            check_alike(paths, format_, choice)
    except BaseException:
        opened.__exit__()
        raise
    return Opened(opened, format_, chain(head, opened.rows), tuple(sample), paths, before)


def check_alike(paths: tuple[Path, ...], format_: FormatFacts, choice: DataChoice) -> None:
    """Raises BadData when a file that the user named beside the first one holds rows of another format."""
    for path in paths[1:]:
        with open_rows(path) as opened:
            head = list(islice(opened.rows, _LOOKED_AT))
        values = [each.value for each in head if isinstance(each, Row)]
        own = recognise(values, opened.container, choice.columns) if values else None
        if own is not None and (own.name, own.columns) == (format_.name, format_.columns):
            continue
        what = own.name if own is not None else "without rows"
        raise BadData(
            f"{one_line(path.name, 60)} is {what}, {one_line(paths[0].name, 60)} is {format_.name}: their "
            "columns differ",
            "Files of one data set need the same columns; give them the same names first.",
        )


def stamps_of(paths: tuple[Path, ...]) -> tuple[Stamp, ...]:
    """The state of each file now."""
    return tuple(Stamp(each.st_size, each.st_mtime_ns) for each in map(Path.stat, paths))


def has_changed(opened: Opened) -> bool:
    """True when a file is gone or is not the one that was opened."""
    try:
        return stamps_of(opened.paths) != opened.before
    except OSError:
        return True


def sha256_of(paths: tuple[Path, ...]) -> str:
    """Hash of the files as they lie on disk, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def sample_of(path: Path, size: int, head: list[Row | RowProblem], most: int) -> list[Row | RowProblem]:
    """`most` rows of a large file: a third from its head, the others from even places inside and its tail.

    The lines of the others are not known without reading the file; they are numbered by their place in it.
    """
    rng = random.Random(_SEED)
    each = most * 2 // 3 // _PLACES
    rows = head[: most - each * _PLACES]
    stride = size // (_PLACES + 1)
    for number in range(1, _PLACES + 1):
        start = number * stride + rng.randrange(max(1, stride // 2))
        rows += islice(ByteRange(path, start, min(size, start + stride // 2), start).rows(), each)
    return rows


def _nothing_readable(choice: DataChoice, problems: list[RowProblem]) -> BadData:
    name = one_line(choice.path.name, 60)
    if not problems:
        return BadData(f"{name} has no rows", "Choose a file with at least a few rows.")
    first = problems[0]
    return BadData(
        f"{name}: none of the first {len(problems):,} rows can be read; line {first.line}: {first.reason}",
        "Repair the file, or save it again as UTF-8 JSON Lines or CSV.",
    )


def _refusal(choice: DataChoice, format_: FormatFacts, head: list[Row | RowProblem]) -> str:
    """Why rows of a format are not trained on, with the defects that the first of them have all the same."""
    check = PreferenceDefects()
    result = check.result(check.look_raw([each for each in head if isinstance(each, Row)]))
    found = result.detail if result is not None else ""
    also = f"; of the first {len(head):,} rows: {found}" if found else ""
    return f"{one_line(choice.path.name, 60)}: {format_.explanation}{also}"


def _what_to_do(format_: FormatFacts) -> str:
    match format_.name:
        case "unknown":
            return "Name the columns yourself: which one is the prompt and which the answer."
        case "preference":
            return "Name the columns yourself (m, or --column): the preferred one as the answer."
        case "unpaired_preference":
            return "Write the good rows into a file of their own, and choose that."
        case _:
            return "Choose a file of prompts and answers, or of plain text."
