"""The first pass of a cleaning: decides for every row whether it stays."""

from dataclasses import dataclass, field

from advisor.work.clean.asking import ASKED, TOGETHER, found
from advisor.work.clean.chosen import Chosen
from advisor.work.clean.context import ContextRule
from advisor.work.clean.reading import read
from advisor.work.clean.records import Record
from advisor.work.clean.whole import WHOLE, Kept
from advisor.work.data.rows import Row
from advisor.work.emit import Emitter
from heuristics.facts.cleaning import Cleaning


@dataclass(slots=True)
class Verdicts:
    """Which rows are left out, by their place, and why."""

    rows: int = 0
    dropped: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Place -> (fix, line of the row that stays in its stead or 0)."""
    mended: set[int] = field(default_factory=set)
    """Places of the rows that an edit changes."""


def judge(
    chosen: Chosen, cleaning: Cleaning, context: ContextRule | None, emitter: Emitter | None
) -> Verdicts:
    """Read the source once and decide; rows are judged as they would be written.

    Memory grows with the text of the rows only when a fix compares all of them with each other.
    """
    court = _Court(chosen, cleaning, context)
    guess = "windows_1252" in chosen.names
    for place, record in read(chosen.source, emitter, "judging rows", guess_encoding=guess):
        court.hear(place, record)
    return court.close()


class _Court:
    """Hears rows in the order of the file."""

    def __init__(self, chosen: Chosen, cleaning: Cleaning, context: ContextRule | None) -> None:
        self._chosen = chosen
        self._cleaning = cleaning
        self._context = context
        self._asked = [name for name in ASKED if name in chosen.names]
        self._compared = [name for name in WHOLE if name in chosen.names and name != "exact_duplicates"]
        self._verdicts = Verdicts()
        self._waiting: list[Kept] = []
        self._first: dict[str, int] = {}
        self._kept: list[Kept] = []

    def hear(self, place: int, record: Record) -> None:
        """One row: what can be said of it alone."""
        self._verdicts.rows += 1
        if not isinstance(record.content, Row):
            if "malformed" in self._chosen.names or record.raw is None:
                self._drop(place, "malformed")
            return
        value, edits = self._chosen.mend(record.content.value)
        if edits:
            self._verdicts.mended.add(place)
        seen = self._chosen.seen(record.line, record.content.value, value)
        reason = next((name for name, asks in self._chosen.questions.items() if asks(seen)), None)
        if reason is not None:
            self._drop(place, reason)
        elif seen.converted.example is not None:
            self._waiting.append(Kept(place, seen.converted.example))
            if len(self._waiting) >= TOGETHER:
                self._ask()

    def close(self) -> Verdicts:
        """All rows were heard: what can be said of them together."""
        self._ask()
        if self._context is not None:
            for place in self._context.too_long():
                self._drop(place, "over_context")
        for name in self._compared:
            left = [each for each in self._kept if each.place not in self._verdicts.dropped]
            for place, line in WHOLE[name](left, self._cleaning).items():
                self._drop(place, name, line)
        return self._verdicts

    def _ask(self) -> None:
        examples = [each.example for each in self._waiting]
        for name in self._asked:
            lines = found(name, examples, self._chosen.source.format)
            for each in self._waiting:
                if each.example.line in lines:
                    self._verdicts.dropped.setdefault(each.place, (name, 0))
        for each in self._waiting:
            if each.place not in self._verdicts.dropped:
                self._keep(each)
        self._waiting.clear()

    def _keep(self, row: Kept) -> None:
        if "exact_duplicates" in self._chosen.names:
            line = self._first.setdefault(row.example.content_key, row.example.line)
            if line != row.example.line:
                self._drop(row.place, "exact_duplicates", line)
                return
        if self._context is not None:
            self._context.add(row.place, row.example)
        if self._compared:
            self._kept.append(row)

    def _drop(self, place: int, fix: str, stays: int = 0) -> None:
        self._verdicts.dropped[place] = (fix, stays)
