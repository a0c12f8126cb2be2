"""What stands in each column: how many values are there, missing, or unlike the others."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import cast

from advisor.text import one_line
from heuristics.facts.data import ColumnFacts

_MOST = 200
"""Columns that are told apart; a file with more has names that are data."""
_NUMBERS = 0.9
"""Share of a column's texts from which it is a column of numbers written as text."""
_TEXT, _DIGITS = "text", "digits"
_OF_NUMBERS = "+-.0123456789"
"""How numbers begin."""
_first = itemgetter(slice(0, 1))


@dataclass(slots=True)
class ColumnTally:
    """Counts of one part of a file; parts are added up."""

    rows: int = 0
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    """Column -> kind of value -> rows; blank values are not counted."""

    def add_row(self, row: dict[str, object]) -> None:
        """Take in one row."""
        self.rows += 1
        for name, value in row.items():
            counts = self.kinds.get(name)
            if counts is None:
                if len(self.kinds) >= _MOST:
                    continue
                counts = self.kinds[name] = Counter()
            if type(value) is str and value and not value.isspace() and value[0] not in _OF_NUMBERS:
                counts[_TEXT] += 1
            elif kind := _kind_of(value):
                counts[kind] += 1

    def add_rows(self, rows: Sequence[dict[str, object]]) -> None:
        """Take in some rows; where all have the same few columns of text, column by column."""
        columns = columns_of(rows)
        if columns is None or len(self.kinds.keys() | columns) > _MOST:
            for each in rows:
                self.add_row(each)
            return
        self.rows += len(rows)
        for name, values in columns.items():
            _count_texts(self.kinds.setdefault(name, Counter()), values)

    def add(self, later: "ColumnTally") -> None:
        """Take in the counts of a later part."""
        self.rows += later.rows
        for name, counts in later.kinds.items():
            if name in self.kinds:
                self.kinds[name].update(counts)
            elif len(self.kinds) < _MOST:
                self.kinds[name] = counts

    def facts(self) -> tuple[ColumnFacts, ...]:
        """One entry for each column, in the order in which they first appeared."""
        return tuple(_facts(name, counts, self.rows) for name, counts in self.kinds.items())


def columns_of(rows: Sequence[dict[str, object]]) -> dict[str, tuple[str, ...]] | None:
    """The columns of rows that all have the same, in the same order, with nothing but text; else None."""
    names = tuple(rows[0]) if rows else ()
    if not names or not all(map(names.__eq__, map(tuple, rows))):
        return None
    columns = list(zip(*map(dict.values, rows), strict=True))
    if any(set(map(type, each)) != {str} for each in columns):
        return None
    return cast("dict[str, tuple[str, ...]]", dict(zip(names, columns, strict=True)))


def _count_texts(counts: Counter[str], values: Sequence[str]) -> None:
    """Count the kinds of texts; those that begin as a number or a blank does one by one."""
    begin = Counter(map(_first, values))
    doubtful = {each for each in begin if each in _OF_NUMBERS or each.isspace()}
    counts[_TEXT] += len(values) - sum(begin[each] for each in doubtful)
    for each in values if doubtful else ():
        if each[:1] in doubtful and (kind := _kind_of(each)):
            counts[kind] += 1


def _facts(name: str, counts: Counter[str], rows: int) -> ColumnFacts:
    told = Counter(counts)
    digits, texts = told.pop(_DIGITS, 0), told.pop(_TEXT, 0)
    if digits and digits >= (digits + texts) * _NUMBERS:
        told["number as text"], told[_TEXT] = digits, texts
    else:
        told[_TEXT] = digits + texts
    present = told.total()
    kind, valid = told.most_common(1)[0] if present else ("empty", 0)
    return ColumnFacts(one_line(name, 40), kind, valid, rows - present, present - valid)


def _kind_of(value: object) -> str:
    """The kind of a value, "" for one that is missing or blank."""
    match value:
        case str():
            if not value or value.isspace():
                return ""
            return _DIGITS if value[0] in _OF_NUMBERS and _is_number(value) else _TEXT
        case None:
            return ""
        case bool():
            return "truth value"
        case int() | float():
            return "number"
        case list():
            return "list" if value else ""
        case dict():
            return "object" if value else ""
        case _:
            return type(value).__name__


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
