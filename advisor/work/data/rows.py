"""Rows of a file, one at a time, from whichever container its content shows."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from lzma import LZMAError
from pathlib import Path
from typing import Literal

import orjson

from advisor.work.data.delimited import Dialect, delimited_rows, dialect_of
from advisor.work.data.document import document_prefix, document_rows
from advisor.work.data.jsonl import jsonl_rows
from advisor.work.data.paragraphs import paragraph_rows
from advisor.work.data.row import Row
from advisor.work.data.source import Source, open_source
from heuristics.facts.data import FormatFacts, RowProblem

Container = Literal["jsonl", "json", "csv", "text"]

__all__ = ["OpenedRows", "Row", "open_rows"]


@dataclass(slots=True)
class OpenedRows:
    """An open file and its rows; close it by leaving the `with` block."""

    source: Source
    container: Container
    dialect: Dialect | None
    rows: Iterator[Row | RowProblem]
    cut_short: bool = False
    """True when the file could not be read to its end."""

    def position(self) -> int:
        return self.source.position()

    def described(self, format_: FormatFacts) -> FormatFacts:
        """The format with what is known of the container."""
        delimiter = self.dialect.delimiter if self.dialect else None
        return replace(format_, encoding=self.source.encoding, delimiter=delimiter)

    def __enter__(self) -> "OpenedRows":
        return self

    def __exit__(self, *_: object) -> None:
        self.source.raw.close()


def open_rows(path: Path) -> OpenedRows:
    """Open a regular file and find its container by content; raises BadData when it is not text."""
    source = open_source(path)
    container = _container_of(source)
    dialect = dialect_of(source.head, source.suffix) if container == "csv" else None
    opened = OpenedRows(source, container, dialect, iter(()))
    opened.rows = _to_the_end(opened)
    return opened


def _to_the_end(opened: OpenedRows) -> Iterator[Row | RowProblem]:
    """All rows; a file that breaks off in the middle of an archive gives one last problem."""
    line = 0
    try:
        for each in _rows_of(opened):
            line = each.line
            yield each
            if isinstance(each, RowProblem) and each.reason.startswith(("cut off", "the rest")):
                opened.cut_short = True
    except (EOFError, zlib.error, LZMAError, OSError):
        opened.cut_short = True
        yield RowProblem(line + 1, "the archive is damaged or was cut off here; the rest is missing")


def _rows_of(opened: OpenedRows) -> Iterator[Row | RowProblem]:
    source = opened.source
    match opened.container:
        case "jsonl":
            return jsonl_rows(source.stream)
        case "json":
            return document_rows(source)
        case "csv":
            assert opened.dialect is not None
            return delimited_rows(source.stream, opened.dialect)
        case "text":
            return paragraph_rows(source)


_ARRAY = re.compile(rb"\[\s*(?:[\[{\]]|$)")


def _container_of(source: Source) -> Container:
    head = source.head.lstrip()
    if head.startswith(b"["):
        return _container_of_brackets(head)
    if head.startswith(b"{"):
        return _container_of_braces(source, head)
    if source.suffix in (".jsonl", ".ndjson", ".json"):
        return "jsonl"
    if dialect_of(source.head, source.suffix) is not None:
        return "csv"
    return "text"


def _container_of_brackets(head: bytes) -> Container:
    """An array over the whole file, or lines that are arrays (each a row error)."""
    lines = [each for each in head.split(b"\n") if each.strip()]
    if len(lines) > 1 and _parses(lines[0]):
        return "jsonl"
    if _ARRAY.match(head):
        return "json"
    return "jsonl" if _parses(lines[0]) else "text"


def _container_of_braces(source: Source, head: bytes) -> Container:
    """JSON Lines, or a document: pretty-printed objects, or one object around the rows."""
    whole = b"\n" in head[:-1]
    lines = [each for each in head.split(b"\n")[:200] if each.startswith(b"{")]
    parsed = [each for each in lines if _parses(each)]
    if len(parsed) == 1 and len(head.splitlines()) == 1:
        return "json" if document_prefix(head) != "" else "jsonl"
    if parsed:
        return "jsonl"
    if not whole:
        return "json" if document_prefix(head) != "" else "jsonl"
    first = lines[0].rstrip() if lines else head
    return "jsonl" if first.endswith(b"}") else "json"


def _parses(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
