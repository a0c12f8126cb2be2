"""changes.jsonl: one line for every row that a cleaning changed or left out."""

import json
from typing import BinaryIO

import xxhash

from advisor.work.clean.chosen import version_of
from advisor.work.clean.excerpts import change_of, whole
from advisor.work.clean.fields import Value
from heuristics.facts.cleaning import Change


class ChangeLog:
    """Writes the log and counts what it holds; outside text is escaped, so that a terminal may show it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.changed = 0
        self.removed = 0

    def removal(self, line: int, fix: str, raw: bytes, shown: str, stays: int) -> None:
        """A row is left out because of `fix`; `stays` is the line of the row in its stead, or 0."""
        self.removed += 1
        more: dict[str, object] = {"instead": stays} if stays else {}
        self._write(line, (fix,), raw, None, {"before": shown, **more})

    def change(self, line: int, fixes: tuple[str, ...], raw: bytes, new: bytes, change: Change) -> None:
        """A row was changed by some fixes."""
        self.changed += 1
        self._write(line, fixes, raw, new, {"before": change.before, "after": change.after})

    def _write(
        self, line: int, fixes: tuple[str, ...], raw: bytes, new: bytes | None, more: dict[str, object]
    ) -> None:
        entry = {
            "line": line,
            "rules": {each: version_of(each) for each in fixes},
            "before_hash": row_hash(raw),
            "after_hash": None if new is None else row_hash(new),
            **more,
        }
        self._file.write(json.dumps(entry).encode() + b"\n")


def row_hash(raw: bytes) -> str:
    """xxh3-128 of a row as it stands in its file, without the line break, in hexadecimal."""
    return xxhash.xxh3_128_hexdigest(raw.rstrip(b"\r\n"))


def changed_row(line: int, before: Value, after: Value) -> Change:
    """A changed row for a person."""
    old, new = change_of(before, after)
    return Change(line, old, new)


def removed_row(line: int, value: Value) -> Change:
    """A row that is left out, for a person."""
    return Change(line, whole(value), "")
