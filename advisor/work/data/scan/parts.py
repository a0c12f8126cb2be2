"""Divides a file into parts for several processes, and reads one part."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

import orjson

from advisor.work.data.jsonl import jsonl_rows
from advisor.work.data.limits import data_limits
from advisor.work.data.row import Row
from advisor.work.data.rows import OpenedRows, RowFile
from heuristics.facts.data import RowProblem

_CHUNK = 1 << 20
_TOGETHER = 64
"""Lines that are parsed at once where none of them is damaged."""


class Summing(Protocol):
    """Takes in the bytes of a file as they pass by."""

    def update(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Lines of a file of JSON Lines that begin in a range of its bytes."""

    path: Path
    start: int
    end: int
    first_line: int
    """1-based number of the first line that begins there."""

    def rows(self, only: Container[int] | None = None) -> Iterator[Row | RowProblem]:
        """The rows that begin in the range, or those of them that stand at some lines.

        Many lines are taken apart at once; one that reaches over the end, or is long, is read as a stream.
        """
        number, rest = self.first_line, b""
        with self.path.open("rb") as file:
            position = _Range(file, self.start, self.end).position
            while len(rest) < _CHUNK and (chunk := file.read(min(_CHUNK, max(0, self.end - position)))):
                position += len(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                yield from _parsed(lines, number, only)
                number += len(lines)
            if rest:
                yield from jsonl_rows(_Range(file, position - len(rest), self.end), number)

    @property
    def position(self) -> int:
        return self.end


@dataclass(frozen=True, slots=True)
class ReadRows:
    """Rows that were read already."""

    read: tuple[Row | RowProblem, ...]
    position: int

    def rows(self) -> Iterator[Row | RowProblem]:
        """The rows as they were read."""
        return iter(self.read)


Share = ByteRange | ReadRows


def _parsed(lines: list[bytes], number: int, only: Container[int] | None) -> Iterator[Row | RowProblem]:
    """Rows of short lines that have lost their line feed, numbered from `number`; blank ones are skipped."""
    for start in range(0, len(lines), _TOGETHER):
        some = lines[start : start + _TOGETHER]
        if only is None and (values := _objects(some)) is not None:
            yield from map(Row, range(number + start, number + len(lines)), values)
            continue
        for place, line in enumerate(some, number + start):
            if only is None or place in only:
                yield from _row(line, place)


def _objects(lines: list[bytes]) -> list[dict[str, object]] | None:
    """What stands on these lines when all are short and hold an object, else None."""
    if max(map(len, lines)) > data_limits().reader.longest_line_bytes:
        return None
    try:
        values = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        return None
    return values if set(map(type, values)) == {dict} else None


def _row(line: bytes, place: int) -> Iterator[Row | RowProblem]:
    """The row on one line, or why it is none; nothing for a blank one."""
    try:
        value = orjson.loads(line) if len(line) <= data_limits().reader.longest_line_bytes else None
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        yield Row(place, value)
    else:
        yield from jsonl_rows(BytesIO(line + b"\n"), place)


def can_be_divided(opened: RowFile) -> bool:
    """True for one file of JSON Lines that lies on disk as it is read."""
    return isinstance(opened, OpenedRows) and opened.container == "jsonl" and opened.source.as_stored


def byte_ranges(path: Path, size: int, digest: Summing | None = None) -> Iterator[ByteRange]:
    """Parts of a file in their order, each with the number of its first line, found by counting line breaks.

    `digest` takes in all bytes on the way.
    """
    step = data_limits().scan.part_bytes
    breaks = 0
    last = b"\n"
    with path.open("rb") as file:
        for start in range(0, size, step):
            end = min(start + step, size)
            yield ByteRange(path, start, end, breaks + (1 if last == b"\n" else 2))
            left = end - start
            while left and (chunk := file.read(min(_CHUNK, left))):
                breaks += chunk.count(b"\n")
                left -= len(chunk)
                last = chunk[-1:]
                if digest is not None:
                    digest.update(chunk)


def read_rows(opened: RowFile, rows: Iterator[Row | RowProblem]) -> Iterator[ReadRows]:
    """Parts of rows that one process has to read."""
    most_rows, most_bytes = data_limits().scan.part_rows, data_limits().scan.part_bytes
    waiting: list[Row | RowProblem] = []
    size = 0
    for each in rows:
        waiting.append(each)
        size += roughly(each)
        if len(waiting) >= most_rows or size >= most_bytes:
            yield ReadRows(tuple(waiting), opened.position())
            waiting, size = [], 0
    if waiting:
        yield ReadRows(tuple(waiting), opened.position())


def roughly(row: Row | RowProblem) -> int:
    """Characters of the row's texts, which is what makes it large."""
    if isinstance(row, RowProblem):
        return 100
    size = 0
    for value in row.value.values():
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, list):
            size += sum(
                sum(map(len, map(str, turn.values()))) if isinstance(turn, dict) else 20 for turn in value
            )
    return size


class _Range:
    """Whole lines that begin in a range of a file, read as a stream."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file = file
        self._end = end
        self._inside = False
        """True in the middle of a line that began in the range."""
        file.seek(max(0, start - 1))
        if start:
            while file.tell() < end and (chunk := file.readline(_CHUNK)) and not chunk.endswith(b"\n"):
                continue
        self.position = file.tell()
        """Where the first line begins."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line or its next `size` bytes; empty where no further line begins in the range."""
        if not self._inside and self._file.tell() >= self._end:
            return b""
        line = self._file.readline(size)
        self._inside = bool(line) and not line.endswith(b"\n")
        return line

    def read(self, size: int = -1, /) -> bytes:
        """Not a whole line: the next bytes."""
        return self._file.read(size)
