"""Single rows of a data file, read where they stand: a file of any size costs no memory."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor.fingerprint import fingerprint
from advisor.private import masked
from advisor.rows.file_rows import FileRows, files_in
from advisor.text import one_line, plain
from heuristics.facts.data import DataFacts

SHOWN = 20_000
"""Characters of one text that are shown."""


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
        self.index = FileRows(data)

    def place(self, line: int) -> str:
        """Where a line stands, for a person: with its file, when there are several."""
        return self._data.place(line)

    def row(self, line: int) -> ShownRow:
        """The row that begins at a line; what cannot be read is shown as it stands."""
        rows, number = self.index.place(line)
        try:
            raw, value = rows.read(number)
        except OSError as error:
            return ShownRow(line, f"cannot be read: {one_line(error.strerror or '')}", "", None)
        if raw is None and value is None:
            why = "not found yet" if not rows.complete else rows.missing or "no such line"
            return ShownRow(line, why, why, None)
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


def browsable(data: DataFacts) -> str:
    """Empty when the rows of a file can be read one by one; else why not."""
    try:
        size = sum(Path(each.path).stat().st_size for each in files_in(data))
    except OSError as error:
        return f"The file cannot be read: {one_line(error.strerror or '')}"
    if size != data.bytes:
        return "The file changed since it was read: press r to read it again."
    return ""


def _parts(value: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Name and text of each column; the turns of a conversation each by their role."""
    for name, cell in value.items():
        if isinstance(cell, list) and cell and all(isinstance(each, dict) for each in cell):
            for turn in cell:
                role = turn.get("role", turn.get("from", name))
                yield str(role), _text(_said(turn))
        else:
            yield name, _text(_said(cell) if isinstance(cell, dict) else cell)


def _said(turn: dict[str, object]) -> object:
    return turn.get("content", turn.get("value", turn))


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
