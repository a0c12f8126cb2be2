"""One row as it stands in the file."""

from dataclasses import dataclass


@dataclass(slots=True)
class Row:
    """A parsed row, before its format is known."""

    line: int
    """1-based line where the row starts (row number for JSON arrays)."""
    value: dict[str, object]
