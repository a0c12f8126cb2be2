"""The second pass of a cleaning: writes the copy and the log."""

from collections import Counter
from dataclasses import dataclass, field
from typing import BinaryIO

import orjson

from advisor.work.clean.changes import ChangeLog, changed_row, removed_row
from advisor.work.clean.chosen import Chosen
from advisor.work.clean.judging import Verdicts
from advisor.work.clean.output import delimited_line, has_formula, json_line, precise, untouched
from advisor.work.clean.reading import is_guessed, read
from advisor.work.clean.records import Record
from advisor.work.data.delimited import Dialect
from advisor.work.data.jsonl import excerpt
from advisor.work.data.rows import Row
from advisor.work.emit import Emitter
from heuristics.facts.cleaning import Change
from heuristics.facts.data import RowProblem

SHOWN = 5


@dataclass(slots=True)
class Copied:
    """What the second pass did."""

    rows: int = 0
    written: int = 0
    formulas: int = 0
    """Rows of a table with a cell that a spreadsheet would run."""
    by_fix: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Change]] = field(default_factory=dict)

    def note(self, fix: str, change: Change) -> None:
        """Count one row for a fix and keep the first few."""
        self.by_fix[fix] += 1
        shown = self.examples.setdefault(fix, [])
        if len(shown) < SHOWN:
            shown.append(change)


class Copyist:
    """Writes rows one after the other."""

    def __init__(self, chosen: Chosen, dialect: Dialect | None, copy: BinaryIO, log: ChangeLog) -> None:
        self._chosen = chosen
        self._dialect = dialect
        self._copy = copy
        self._log = log
        self._open_line = False
        self._guess = "windows_1252" in chosen.names
        self._split = "split_lines" in chosen.names
        self.done = Copied()

    def run(self, head: bytes, verdicts: Verdicts, emitter: Emitter | None) -> Copied:
        """Copy the source, leaving out what was judged so and mending the rest."""
        if self._dialect is not None:
            self._write(head)
        for place, record in read(
            self._chosen.source,
            emitter,
            "writing the copy",
            guess_encoding=self._guess,
            split=self._split,
        ):
            self.done.rows += 1
            if place in verdicts.dropped:
                self._leave_out(record, *verdicts.dropped[place])
            else:
                self._carry_over(record, mend=place in verdicts.mended)
        return self.done

    def _leave_out(self, record: Record, fix: str, stays: int) -> None:
        shown = (
            removed_row(record.line, record.content.value)
            if isinstance(record.content, Row)
            else Change(record.line, _told(record.content, record.raw), "")
        )
        self._log.removal(record.line, fix, _bytes_of(record), shown.before, stays)
        self.done.note(fix, shown)

    def _carry_over(self, record: Record, *, mend: bool) -> None:
        new, fixes, change = self._new_bytes(record, mend=mend)
        if new is None:
            raise ValueError(f"row {record.line} can neither be carried over nor be left out")
        self._write(new)
        self.done.written += 1
        if self._dialect is not None and isinstance(record.content, Row):
            self.done.formulas += has_formula(record.content.value)
        if change is not None:
            self._log.change(record.line, fixes, _bytes_of(record), new, change)
            for fix in fixes:
                self.done.note(fix, change)

    def _new_bytes(
        self, record: Record, *, mend: bool
    ) -> tuple[bytes | None, tuple[str, ...], Change | None]:
        """The record as written, the fixes that changed it, and the change for a person."""
        if not isinstance(record.content, Row):
            return untouched(record), (), None
        before, raw = record.content.value, record.raw
        value, fixes = self._chosen.mend(before) if mend else (before, ())
        if self._guess and raw is not None and is_guessed(record):
            decoded = raw.decode("cp1252", "replace").encode()
            new = decoded if value is before else self._serialised(record, value, decoded)
            return new, ("windows_1252", *fixes), Change(record.line, excerpt(raw), excerpt(new))
        if record.joined and raw is not None:
            new = self._serialised(record, value, raw) if fixes else raw
            return new, ("split_lines", *fixes), Change(record.line, excerpt(raw), excerpt(new))
        if not fixes:
            return untouched(record), (), None
        return self._serialised(record, value, raw), fixes, changed_row(record.line, before, value)

    def _serialised(self, record: Record, value: dict[str, object], raw: bytes | None) -> bytes:
        if self._dialect is not None and raw is not None:
            return delimited_line(value, self._dialect, raw)
        exact = precise(raw) if raw is not None else None
        return json_line(self._chosen.mend(exact)[0] if exact is not None else value, raw)

    def _write(self, data: bytes) -> None:
        if self._open_line:
            self._copy.write(b"\n")
        self._copy.write(data)
        self._open_line = bool(data) and not data.endswith(b"\n")


def _told(problem: RowProblem, raw: bytes | None) -> str:
    return f"{problem.reason}: {excerpt(raw)}" if raw else problem.reason


def _bytes_of(record: Record) -> bytes:
    if record.raw is not None:
        return record.raw
    return orjson.dumps(record.content.value, default=str) if isinstance(record.content, Row) else b""
