"""The first pass of a cleaning: decides for every row whether it stays."""

from array import array
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from advisor.work.clean.asking import TOGETHER, asked, found
from advisor.work.clean.chosen import Chosen
from advisor.work.clean.context import ContextRule
from advisor.work.clean.reading import read
from advisor.work.clean.records import Record
from advisor.work.clean.whole import WHOLE, remember, rows_of
from advisor.work.data.examples import Example
from advisor.work.data.rows import Row
from advisor.work.data.scan.state import RowStore
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
    chosen: Chosen, cleaning: Cleaning, context: ContextRule | None, state: Path, emitter: Emitter | None
) -> Verdicts:
    """Read the source once and decide; rows are judged as they would be written.

    `state` is a folder for what is remembered of each row while all are compared; it is removed at the end.
    """
    court = _Court(chosen, cleaning, context, RowStore(state))
    guess, split = "windows_1252" in chosen.names, "split_lines" in chosen.names
    try:
        for place, record in read(chosen.source, emitter, "judging rows", guess_encoding=guess, split=split):
            court.hear(place, record)
        return court.close()
    finally:
        court.store.remove()


class _Court:
    """Hears rows in the order of the file."""

    def __init__(
        self, chosen: Chosen, cleaning: Cleaning, context: ContextRule | None, store: RowStore
    ) -> None:
        self.store = store
        self._chosen = chosen
        self._cleaning = cleaning
        self._context = context
        self._asked = [name for name in asked() if name in chosen.names]
        self._compared = [name for name in WHOLE if name in chosen.names and _applies(name, chosen)]
        self._verdicts = Verdicts()
        self._waiting: list[tuple[int, Example]] = []
        self._places = array("q")
        """Place in the file of each remembered row."""

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
            self._waiting.append((place, seen.converted.example))
            if len(self._waiting) >= TOGETHER:
                self._ask()

    def close(self) -> Verdicts:
        """All rows were heard: what can be said of them together."""
        self._ask()
        if self._context is not None:
            for place in self._context.too_long():
                self._drop(place, "over_context")
        alive = np.array(
            [row for row, place in enumerate(self._places) if place not in self._verdicts.dropped], np.int64
        )
        lines = self.store.column("line")
        for name in self._compared:
            part = self.store if len(alive) == self.store.rows else rows_of(self.store, alive)
            dropped = WHOLE[name](part, self._cleaning)
            for row, stays in dropped.items():
                line = int(lines[alive[stays]]) if stays >= 0 else 0
                self._drop(self._places[alive[row]], name, line)
            alive = np.delete(alive, list(dropped))
        return self._verdicts

    def _ask(self) -> None:
        examples = [example for _, example in self._waiting]
        for name in self._asked:
            lines = found(name, examples, self._chosen.source.format)
            for place, example in self._waiting:
                if example.line in lines:
                    self._verdicts.dropped.setdefault(place, (name, 0))
        stay = [each for each in self._waiting if each[0] not in self._verdicts.dropped]
        self._waiting.clear()
        if self._context is not None:
            for place, example in stay:
                self._context.add(place, example)
        if self._compared:
            self._places.extend(place for place, _ in stay)
            remember(self.store, [example for _, example in stay])

    def _drop(self, place: int, fix: str, stays: int = 0) -> None:
        self._verdicts.dropped[place] = (fix, stays)


def _applies(name: str, chosen: Chosen) -> bool:
    """Raw text has no prompt that could be answered in two ways."""
    return name != "conflicts" or chosen.source.format.name != "text"
