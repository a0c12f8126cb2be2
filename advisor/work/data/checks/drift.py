"""Columns that a few rows have or lack, or in which a few rows hold another type."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from advisor.text import one_line
from advisor.work.data.checks.batch import SHOWN, Tally
from advisor.work.data.columns import columns_of
from advisor.work.data.limits import data_limits
from advisor.work.data.row import Row
from heuristics.facts.data import CheckResult

_COLUMNS = 200
"""Columns that are followed in one part; rows with more are no table."""
_JOIN = "\x1f"
_TYPES = {str: "text", bool: "truth value", int: "number", float: "number", list: "list", dict: "object"}


class SchemaDrift:
    """Rows whose columns differ from those of nearly all others; optional columns are no drift."""

    name = "schema_drift"

    def look_raw(self, rows: Sequence[Row]) -> Tally:
        tally = Tally(total=len(rows))
        shapes: dict[tuple[tuple[str, ...], tuple[type, ...]], list[int]] = defaultdict(list)
        texts = columns_of([each.value for each in rows])
        if texts is not None:
            shapes[tuple(texts), (str,) * len(texts)] = [each.line for each in rows]
        for row in rows if texts is None else ():
            shapes[tuple(row.value), tuple(map(type, row.value.values()))].append(row.line)
        known: dict[str, None] = {}
        shared: Counter[tuple[str, ...]] = Counter()
        for (columns, types), lines in shapes.items():
            shared[columns] += len(lines)
            for column, type_ in zip(columns, types, strict=True):
                if len(known) < _COLUMNS:
                    known[column] = None
                if column in known:
                    _note(tally, f"{column}{_JOIN}{_TYPES.get(type_, '')}", lines)
        usual = set(shared.most_common(1)[0][0]) if shared else set()
        for (columns, _), lines in shapes.items():
            for column in usual.difference(columns):
                _place(tally, f"{column}{_JOIN}missing", lines)
        return tally

    def result(self, tally: Tally) -> CheckResult:
        found = list(_drifts(tally)) if tally.total >= data_limits().drift.least_rows else []
        lines = {line for _, _, kind in found for line in tally.places.get(kind, ())}
        tally.count = min(tally.total, sum(count for _, count, _ in found))
        tally.rows = sorted(lines)[:SHOWN]
        return tally.result(self.name, "; ".join(f"{said} in {count:,}" for said, count, _ in found[:5]))


def _note(tally: Tally, kind: str, lines: list[int]) -> None:
    tally.kinds[kind] += len(lines)
    _place(tally, kind, lines)


def _place(tally: Tally, kind: str, lines: list[int]) -> None:
    """Keep the first of the lines, and of those known."""
    tally.places[kind] = sorted([*tally.places.get(kind, ()), *lines[:SHOWN]])[:SHOWN]


def _drifts(tally: Tally) -> Iterator[tuple[str, int, str]]:
    """What drifts in words, in how many rows, and the kind under which their lines stand."""
    share = data_limits().drift.rare_share
    rare = share * tally.total
    columns: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, count in tally.kinds.items():
        column, _, type_ = kind.rpartition(_JOIN)
        columns[column][type_] = count
    for column, types in columns.items():
        name = f"“{one_line(column, 40)}”"
        present = sum(types.values())
        if present <= rare:
            for type_, count in types.items():
                yield f"extra column {name}", count, f"{column}{_JOIN}{type_}"
            continue
        if 0 < tally.total - present <= rare:
            yield f"no column {name}", tally.total - present, f"{column}{_JOIN}missing"
        filled = present - types.get("", 0)
        for type_, count in types.items():
            if type_ and count <= share * filled:
                yield f"{name} as {type_}", count, f"{column}{_JOIN}{type_}"
