"""Single rows of a data file, read where they stand: a file of any size costs no memory."""

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor.column_pages import ColumnPages
from advisor.document_index import DocumentIndex
from advisor.file_lines import FileLines, files_in
from advisor.fingerprint import fingerprint
from advisor.line_index import LineIndex
from advisor.private import masked
from advisor.text import one_line, plain
from heuristics.facts.data import DataFacts

LONGEST = 1 << 20
"""Bytes of one row that are ever read for showing."""
SHOWN = 20_000
_LINES = 200
"""Lines of one delimited record."""
_BROWSABLE = ("jsonl", "csv", "json", "parquet", "arrow")
_PACKED = (b"\x1f\x8b", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row for a person: safe to draw, private values masked."""

    line: int
    excerpt: str
    """On one line."""
    text: str
    """Column by column."""
    fingerprint: str | None
    """Its content as a short name, None when the row cannot be read."""


class RowSource:
    """The rows of one profiled file, by their line."""

    def __init__(self, data: DataFacts) -> None:
        self._data = data
        self._delimiters = {
            Path(each.path): each.delimiter or "," for each in files_in(data) if each.container == "csv"
        }
        """Of the files that are delimited."""
        self._headers: dict[Path, list[str]] = {}
        self.index = FileLines(data)

    def place(self, line: int) -> str:
        """Where a line stands, for a person: with its file, when there are several."""
        return self._data.place(line)

    def row(self, line: int) -> ShownRow:
        """The row that begins at a line; what cannot be read is shown as it stands."""
        try:
            raw, value = self._read(line)
        except OSError as error:
            return ShownRow(line, f"cannot be read: {one_line(error.strerror or '')}", "", None)
        if raw is None and value is None:
            return ShownRow(line, "not found yet" if not self.index.complete else "no such line", "", None)
        if value is None:
            assert raw is not None
            text = masked(plain(raw[:SHOWN].decode("utf-8", "replace")))
            return ShownRow(line, one_line(text, 400), text, None)
        parts = list(_parts(value))
        excerpt = " | ".join(one_line(masked(text[:2000]), 200) for _, text in parts)
        whole = "\n\n".join(f"{name}: {masked(text[:SHOWN])}" for name, text in parts)
        return ShownRow(line, one_line(excerpt, 400), plain(whole, SHOWN), fingerprint(value))

    def close(self) -> None:
        """Let go of what serves rows."""
        self.index.close()

    def _read(self, line: int) -> tuple[bytes | None, dict[str, object] | None]:
        """A row as it stands and what it says, each None where it is not known."""
        index, number = self.index.place(line)
        match index:
            case ColumnPages():
                return None, index.row(number)
            case DocumentIndex():
                raw = index.raw(number, LONGEST)
                return raw, None if raw is None else _first_object(raw)
            case LineIndex():
                raw = self._lines_at(index.path, index.offset(number))
                return raw, None if raw is None else self._value(index.path, raw)

    def _lines_at(self, path: Path, offset: int | None) -> bytes | None:
        if offset is None:
            return None
        with path.open("rb") as file:
            file.seek(offset)
            if path not in self._delimiters:
                return file.readline(LONGEST)
            return b"".join(file.readline(LONGEST) for _ in range(_LINES))

    def _value(self, path: Path, raw: bytes) -> dict[str, object] | None:
        if path in self._delimiters:
            return self._record(path, raw)
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def _record(self, path: Path, raw: bytes) -> dict[str, object] | None:
        header = self._headers.get(path) or self._read_header(path)
        fields = self._fields(path, raw)
        if fields is None or len(fields) != len(header):
            return None
        return dict(zip(header, fields, strict=True))

    def _read_header(self, path: Path) -> list[str]:
        with path.open("rb") as file:
            raw = b"".join(file.readline(LONGEST) for _ in range(_LINES))
        self._headers[path] = self._fields(path, raw.removeprefix(b"\xef\xbb\xbf")) or []
        return self._headers[path]

    def _fields(self, path: Path, raw: bytes) -> list[str] | None:
        lines = raw.decode("utf-8", "surrogateescape").splitlines(keepends=True)
        try:
            return next(csv.reader(lines, delimiter=self._delimiters[path]), None)
        except csv.Error:
            return None


def _first_object(raw: bytes) -> dict[str, object] | None:
    """The object with which the bytes begin, None when they begin with none."""
    try:
        value, _ = json.JSONDecoder().raw_decode(raw.decode("utf-8", "replace").lstrip("\ufeff \t\r\n"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def browsable(data: DataFacts) -> str:
    """Empty when the rows of a file can be read one by one; else why not."""
    files = files_in(data)
    if any(each.container not in _BROWSABLE for each in files):
        return "Paragraphs of a text file are not rows by themselves: the finding shows its examples alone."
    heads, size = [], 0
    try:
        for each in files:
            with Path(each.path).open("rb") as file:
                heads.append(file.read(8))
                size += os.fstat(file.fileno()).st_size
    except OSError as error:
        return f"The file cannot be read: {one_line(error.strerror or '')}"
    packed = any(head.startswith(_PACKED) for head in heads)
    if packed or data.format.encoding.lower() not in ("utf-8", "ascii"):
        return (
            "Rows of a packed file, or of one that is not UTF-8, are not found by their lines: the finding "
            "shows its examples alone. Unpack it, or save it as UTF-8, and open that to browse all rows."
        )
    if size != data.bytes:
        return "The file changed since it was read: press r to read it again."
    return ""


def _parts(value: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Name and text of each column; the turns of a conversation each by their role."""
    for name, cell in value.items():
        if isinstance(cell, list) and cell and all(isinstance(each, dict) for each in cell):
            for turn in cell:
                role = turn.get("role", turn.get("from", name))
                yield str(role), _text(turn.get("content", turn.get("value", turn)))
        else:
            yield name, _text(cell)


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
