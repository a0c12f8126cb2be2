"""Makes of the rows of one part its counts, the tallies of its checks and the states of its rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from advisor.work.data.checks.batch import SHOWN, BatchCheck, Tally
from advisor.work.data.checks.raw import RAW_CHECKS
from advisor.work.data.convert import PAIR_FORMATS, convert, pairs_of_texts
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from advisor.work.data.row import Row
from advisor.work.data.scan.account import Part
from advisor.work.data.scan.frames import RowLists
from advisor.work.data.scan.state import row_state, words_of_pairs
from heuristics.facts.data import FormatFacts, RowProblem

if TYPE_CHECKING:
    from advisor.work.data.scan.tokens import TokenCounter

EMPTY, ROLES, MALFORMED = "empty_answers", "role_errors", "malformed"
"""What reading and converting find and no check."""
_BLOCK = 1_000
"""Rows that are taken apart together."""


class Digest:
    """Takes rows one by one and gives their part."""

    def __init__(
        self,
        format_: FormatFacts,
        checks: Sequence[BatchCheck],
        counter: "TokenCounter | None" = None,
        every: int = 1,
    ) -> None:
        self._format = format_
        self._checks = checks
        self._counter = counter
        self._every = every
        self._raw = RAW_CHECKS if checks else ()
        self._lists = RowLists()
        self._counted: dict[int, Example] = {}
        """Rows whose tokens are counted, by their place in the lists."""
        self._pairs = format_.name in PAIR_FORMATS
        self._limits = data_limits()
        self.part = Part(tallies={EMPTY: Tally(), ROLES: Tally(), MALFORMED: Tally()})
        self._malformed = self.part.tallies[MALFORMED]
        self._empty = self.part.tallies[EMPTY]
        self._roles = self.part.tallies[ROLES]

    def rows(self, rows: Iterable[Row | RowProblem]) -> Part:
        """The part of all these rows."""
        following = iter(rows)
        while block := list(islice(following, _BLOCK)):
            self._block([each for each in block if isinstance(each, Row)])
            for each in block:
                if isinstance(each, RowProblem):
                    self._problem(each)
        return self.done()

    def examples(self, examples: Iterable[Example]) -> Part:
        """The part of rows that are converted already."""
        for each in examples:
            self.part.rows += 1
            self._usable(each)
        return self.done()

    def done(self) -> Part:
        """The part, with what is still waiting."""
        self._flush()
        self._empty.total = self._roles.total = self.part.rows
        return self.part

    def _problem(self, problem: RowProblem) -> None:
        self.part.malformed += 1
        self.part.cut_short |= problem.reason.startswith(("cut off", "the rest"))
        _note(self._malformed, problem.line, ())
        if len(self.part.problems) < self._limits.reader.problems_kept:
            self.part.problems.append(problem)

    def _block(self, rows: list[Row]) -> None:
        """Take in some rows: those of one question and answer together, the others one by one."""
        values = [each.value for each in rows]
        self.part.rows += len(rows)
        self.part.table.add_rows(values)
        for check in self._raw if rows else ():
            self.part.tallies.setdefault(check.name, Tally()).add(check.look_raw(rows))
        counted = self._counter.counted([each.line for each in rows]) if self._counter else frozenset()
        pairs = pairs_of_texts(values, self._format.columns) if self._pairs else None
        done = 0
        for place, row in enumerate(rows):
            if pairs is not None and pairs[place] is not None and place not in counted:
                continue
            self._add_pairs(rows[done:place], pairs[done:place] if pairs else ())
            self._row(row)
            done = place + 1
        self._add_pairs(rows[done:], pairs[done:] if pairs else ())

    def _add_pairs(self, rows: Sequence[Row], pairs: "Sequence[tuple[str, str] | None]") -> None:
        """Take in rows of one question and answer that follow each other."""
        if rows:
            self._lists.add_pairs([each.line for each in rows], [each for each in pairs if each])
            self._flush_when_full()

    def _row(self, row: Row) -> None:
        part = self.part
        converted = convert(row.value, row.line, self._format)
        if converted.faults:
            _note(self._roles, row.line, converted.faults)
        if converted.example is not None:
            self._usable(converted.example)
        elif converted.empty:
            _note(self._empty, row.line, ())
        else:
            part.unfit += 1
            if len(part.unfit_rows) < self._limits.reader.problems_kept:
                part.unfit_rows.append(RowProblem(row.line, converted.reason))

    def _usable(self, example: Example) -> None:
        if self._counter is not None and self._counter.counts(example.line):
            self._counted[len(self._lists.lines)] = example
        self._lists.add(example)
        self._flush_when_full()

    def _flush_when_full(self) -> None:
        scan = self._limits.scan
        if len(self._lists.lines) >= scan.frame_rows or self._lists.characters >= scan.frame_characters:
            self._flush()

    def _flush(self) -> None:
        lists, part = self._lists, self.part
        if not lists.lines:
            return
        hashed = words_of_pairs(lists.prompts, lists.answers)
        columns, words = row_state(
            lists.lines, lists.systems, lists.prompts, lists.answers, lists.turns, hashed
        )
        if self._counter is not None:
            columns = {**columns, **self._counter.lengths(self._counted, lists.sizes)}
            self._counted = {}
            for name, tally in self._counter.watch.taken().items():
                if tally.total:
                    part.tallies.setdefault(name, Tally()).add(tally)
        part.columns.append(columns)
        part.words.append(words)
        batch = lists.batch(self._format, self._every, hashed)
        for check in self._checks:
            part.tallies.setdefault(check.name, Tally()).add(check.look(batch))
        part.usable += len(lists.lines)
        part.multi_turn += lists.multi_turn
        part.short_answers += lists.short_answers
        part.characters += lists.characters
        part.answers = _labels(part.answers, lists.answers, self._format)
        self._lists = RowLists()


def _note(tally: Tally, line: int, reasons: Sequence[str]) -> None:
    tally.count += 1
    tally.kinds.update(reasons)
    for each in reasons:
        known = tally.places.setdefault(each, [])
        if len(known) < SHOWN:
            known.append(line)
    tally.lines += line.to_bytes(8, "little")
    if len(tally.rows) < SHOWN:
        tally.rows.append(line)
        tally.examples += reasons[:1]


def _labels(known: Counter[str] | None, answers: Sequence[str], format_: FormatFacts) -> Counter[str] | None:
    """Rows by answer; None as soon as the answers are too long or too many to be labels."""
    limits = data_limits().labels
    if known is None or format_.name == "text":
        return None
    for each in answers:
        answer = each.strip()
        if len(answer) > limits.longest:
            return None
        known[answer] += 1
        if len(known) > limits.most_classes:
            return None
    return known
