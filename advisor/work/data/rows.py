"""Rows of a file, one at a time, from whichever container its content shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol

import orjson

from advisor.text import one_line
from advisor.work.data.columnar import ColumnarRows, columnar_kind, open_columnar
from advisor.work.data.delimited import Dialect, delimited_rows, dialect_of
from advisor.work.data.document import document_prefix, document_rows
from advisor.work.data.jsonl import jsonl_rows
from advisor.work.data.paragraphs import has_paragraphs, paragraph_rows
from advisor.work.data.row import Row
from advisor.work.data.source import Source, open_source
from heuristics.facts.data import PARAGRAPHS, FilePart, FormatFacts, RowProblem

Container = Literal["jsonl", "json", "csv", "text"]
Columnar = Literal["parquet", "arrow"]

__all__ = ["OpenedRows", "Row", "RowFile", "open_rows", "open_several"]


class RowFile(Protocol):
    """An open file, or several, and the rows."""

    @property
    def rows(self) -> Iterator[Row | RowProblem]: ...
    @property
    def container(self) -> "Container | Columnar": ...
    @property
    def cut_short(self) -> bool: ...
    def position(self) -> int: ...
    def described(self, format_: FormatFacts) -> FormatFacts: ...
    def __enter__(self) -> "RowFile": ...
    def __exit__(self, *_: object) -> None: ...


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
        return replace(
            format_,
            encoding=self.source.encoding,
            delimiter=self.dialect.delimiter if self.dialect else None,
            rows_at=self.rows_at,
            quoted=self.dialect is None or self.dialect.quoted,
        )

    @property
    def rows_at(self) -> str:
        """Where the rows of a document or a text are, as `FormatFacts` says it."""
        if self.container == "text":
            return PARAGRAPHS if has_paragraphs(self.source.head) else ""
        return document_prefix(self.source.head) if self.container == "json" else ""

    def __enter__(self) -> "OpenedRows":
        return self

    def __exit__(self, *_: object) -> None:
        self.source.raw.close()


@dataclass(slots=True)
class SeveralRows:
    """The rows of several files as one: numbered on from one file to the next; one is open at a time."""

    paths: tuple[Path, ...]
    first: "OpenedRows | ColumnarRows"
    rows: Iterator[Row | RowProblem] = field(default_factory=lambda: iter(()))
    cut_short: bool = False
    passed: int = 0
    """Bytes of the files that are read."""
    current: "OpenedRows | ColumnarRows | None" = None
    parts: list[FilePart] = field(default_factory=list)
    """The files that were begun."""

    @property
    def container(self) -> Container | Columnar:
        return self.first.container

    def position(self) -> int:
        return self.passed + (self.current.position() if self.current is not None else 0)

    def described(self, format_: FormatFacts) -> FormatFacts:
        described = self.first.described(format_)
        return replace(described, explanation=f"{described.explanation}; {len(self.paths):,} files")

    def read(self) -> Iterator[Row | RowProblem]:
        """All rows, one file after the other."""
        before = 0
        for number, path in enumerate(self.paths):
            self.current = self.first if number == 0 else open_rows(path)
            self.parts.append(part_of(path, self.current, before))
            last = 0
            with self.current as opened:
                for each in opened.rows:
                    last = each.line
                    yield replace(each, line=before + each.line)
                self.cut_short |= opened.cut_short
            before += last
            self.passed += path.stat().st_size
            self.current = None

    def __enter__(self) -> "SeveralRows":
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self.first, self.current):
            if each is not None:
                each.__exit__()


def part_of(path: Path, opened: "RowFile", before: int) -> FilePart:
    """What is known of one of the files, `before` being the number of the last line before it."""
    dialect = opened.dialect if isinstance(opened, OpenedRows) else None
    return FilePart(
        name=one_line(path.name, 80),
        path=one_line(str(path), 4000),
        before=before,
        container=opened.container,
        delimiter=dialect.delimiter if dialect is not None else None,
        rows_at=opened.rows_at if isinstance(opened, OpenedRows) else "",
        quoted=dialect is None or dialect.quoted,
    )


def open_several(paths: tuple[Path, ...]) -> RowFile:
    """Open the first of some files; the others follow as their rows are read. Raises BadData."""
    first = open_rows(paths[0])
    if len(paths) == 1:
        return first
    several = SeveralRows(paths, first)
    several.rows = several.read()
    return several


def open_rows(path: Path) -> OpenedRows | ColumnarRows:
    """Open a regular file and find its container by content; raises BadData when it holds no rows."""
    if (kind := columnar_kind(path)) is not None:
        return open_columnar(path, kind)
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
    except (EOFError, OSError):
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
