"""What each fix would do alone: counts and a few rows before and after."""

from itertools import takewhile
from pathlib import Path

import numpy as np

from advisor.errors import AdvisorError
from advisor.fixes import fixes
from advisor.specs import CleanTask
from advisor.text import one_line
from advisor.work.clean.asking import TOGETHER, asked, found
from advisor.work.clean.chain import EDITS, Chain
from advisor.work.clean.changes import changed_row, removed_row
from advisor.work.clean.chosen import Chosen, chosen
from advisor.work.clean.clusters import Clusters
from advisor.work.clean.context import ContextRule
from advisor.work.clean.copying import SHOWN, Copied
from advisor.work.clean.reading import SourceFile, is_guessed, read
from advisor.work.clean.records import Record
from advisor.work.clean.whole import WHOLE, remember, rows_of
from advisor.work.data.examples import Example
from advisor.work.data.jsonl import SEVERAL, excerpt
from advisor.work.data.rows import Row, open_rows
from advisor.work.data.scan.frames import lists_of
from advisor.work.data.scan.state import RowStore
from advisor.work.emit import Emitter
from heuristics.facts.cleaning import Change, CleaningFacts, FixOutcome


def preview(
    task: CleanTask, source: SourceFile, sha256: str, state: Path, emitter: Emitter | None
) -> CleaningFacts:
    """Every fix on its own, over the whole file; fixes that lack something are left out."""
    names = [each.name for each in fixes()]
    if not task.cleaning.spellings:
        names.remove("labels")
    if task.data.eval_path is None:
        names.remove("leaks")
    store = RowStore(state)
    looking = _Looking(chosen(task, source, names, emitter), task, store)
    try:
        for _, record in read(source, emitter, "looking for what to mend", guess_encoding=True, split=True):
            looking.look(record)
        looking.compare()
    finally:
        store.remove()
    return looking.facts(sha256)


class _Looking:
    """Asks every fix about every row, one at a time."""

    def __init__(self, fixes_: Chosen, task: CleanTask, store: RowStore) -> None:
        self._fixes = fixes_
        self._task = task
        self._store = store
        self._rows = 0
        self._done = Copied()
        self._edits = {name: Chain((name,), task.cleaning) for name in fixes_.names if name in EDITS}
        self._waiting: list[Example] = []
        self._clusters = Clusters()
        self._context = _context_of(task)

    def look(self, record: Record) -> None:
        """One row: what can be said of it alone."""
        self._rows += 1
        if not isinstance(record.content, Row):
            told = excerpt(record.raw or b"") or record.content.excerpt
            self._done.note("malformed", Change(record.line, f"{record.content.reason}: {told}", ""))
        elif record.joined:
            told = excerpt(record.raw or b"")
            self._done.note("split_lines", Change(record.line, told, told))
            if record.joined == 1:
                self._done.note("malformed", Change(record.line, f"{SEVERAL}: {told} …", ""))
        elif is_guessed(record):
            raw = record.raw or b""
            decoded = raw.decode("cp1252", "replace").encode()
            self._done.note("windows_1252", Change(record.line, excerpt(raw), excerpt(decoded)))
            self._done.note("malformed", Change(record.line, f"not UTF-8: {excerpt(raw)}", ""))
        else:
            self._look_at(record.line, record.content.value)

    def _look_at(self, line: int, value: dict[str, object]) -> None:
        for name in self._fixes.chain.would_change(value, self._fixes.source.format):
            if len(self._done.examples.get(name, ())) < SHOWN:
                mended, _ = self._edits[name].mend(value, self._fixes.source.format)
                self._done.note(name, changed_row(line, value, mended))
            else:
                self._done.by_fix[name] += 1
        seen = self._fixes.seen(line, value, value)
        for name, asks in self._fixes.questions.items():
            if asks(seen):
                self._done.note(name, removed_row(line, value))
        if seen.converted.example is not None:
            self._waiting.append(seen.converted.example)
            if len(self._waiting) >= TOGETHER:
                self._ask()

    def compare(self) -> None:
        """All rows were looked at: what can be said of them together; copies count as copies only."""
        self._ask()
        lines, alive = self._store.column("line"), np.arange(self._store.rows)
        told: dict[str, list[tuple[int, int]]] = {}
        for name, judge in WHOLE.items():
            if name == "conflicts" and self._fixes.source.format.name == "text":
                continue
            part = self._store if len(alive) == self._store.rows else rows_of(self._store, alive)
            dropped = judge(part, self._task.cleaning)
            self._done.by_fix[name] = len(dropped)
            told[name] = [
                (int(lines[alive[row]]), int(lines[alive[stays]]) if stays >= 0 else 0)
                for row, stays in sorted(dropped.items())[:SHOWN]
            ]
            if name == "exact_duplicates":
                alive = np.delete(alive, list(dropped))
        if self._context is not None:
            places = [int(lines[row]) for row in self._context.too_long()]
            self._done.by_fix["over_context"] = len(places)
            told["over_context"] = [(line, 0) for line in places[:SHOWN]]
        self._show(told)

    def _ask(self) -> None:
        if not self._waiting:
            return
        format_ = self._fixes.source.format
        self._clusters.add(lists_of(self._waiting).batch(format_))
        for name in asked():
            lines = found(name, self._waiting, format_)
            for example in self._waiting:
                if example.line in lines:
                    self._done.note(name, _dropped(example))
        for number, example in enumerate(self._waiting):
            if self._context is not None:
                self._context.add(self._store.rows + number, example)
        remember(self._store, self._waiting)
        self._waiting.clear()

    def _show(self, told: dict[str, list[tuple[int, int]]]) -> None:
        """Read the rows that are shown once more: comparing them kept no text."""
        wanted = {line for pairs in told.values() for line, _ in pairs}
        if not wanted:
            return
        last = max(wanted)
        with open_rows(self._fixes.source.path) as opened:
            rows = takewhile(lambda each: each.line <= last, opened.rows)
            values = {each.line: each.value for each in rows if isinstance(each, Row) and each.line in wanted}
        for name, pairs in told.items():
            self._done.examples[name] = [
                Change(line, removed_row(line, values[line]).before, f"line {stays:,} stays" if stays else "")
                for line, stays in pairs
                if line in values
            ]

    def facts(self, sha256: str) -> CleaningFacts:
        """What was seen; nothing is removed or changed yet."""
        done = self._done
        outcomes = [
            FixOutcome(name, done.by_fix[name], tuple(done.examples.get(name, ())))
            for name in self._fixes.names
            if name != "over_context" or self._context is not None
        ]
        return CleaningFacts(
            source=one_line(str(self._fixes.source.path), 4000),
            sha256=sha256,
            rows_in=self._rows,
            rows_out=self._rows,
            changed=0,
            removed=0,
            outcomes=tuple(outcomes),
            clusters=self._clusters.found(),
        )


def _context_of(task: CleanTask) -> ContextRule | None:
    """The rule about long rows, None when no tokenizer is at hand."""
    try:
        return ContextRule(task)
    except AdvisorError:
        return None


def _dropped(example: Example) -> Change:
    texts: dict[str, object] = {str(place): each.content for place, each in enumerate(example.messages)}
    return removed_row(example.line, {**texts, "text": example.text})
