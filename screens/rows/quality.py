"""Every column of the file as a bar: how much of it is valid, missing, or unlike the rest."""

from dataclasses import fields

from textual.content import Content

from advisor import numbers
from advisor.text import one_line
from heuristics.facts.data import ColumnFacts, Columns, DataFacts
from screens.rows.section import Row, Section
from screens.words import columns, heading, muted, paragraphs

_WIDTH = 16
_SIGNS = ("█", "▒", "·")
"""Valid, mismatched, missing: told apart without colour."""
_STYLES = ("$text-success", "$text-warning", "$text-muted")


def quality_section(data: DataFacts) -> Section:
    """One row for each column."""
    roles = roles_of(data.format.columns)
    return Section(
        "Columns  (m says which column is what)",
        tuple(_row(number, each, roles.get(each.name, ""), data) for number, each in enumerate(data.columns)),
    )


def roles_of(mapping: Columns) -> dict[str, str]:
    """Column -> the part that it plays."""
    return {
        column: each.name for each in fields(Columns) if (column := getattr(mapping, each.name)) is not None
    }


def quality_bar(column: ColumnFacts, width: int = _WIDTH) -> str:
    """The column as one line of signs; a part that is there at all takes at least one."""
    total = column.valid + column.mismatched + column.missing
    if not total:
        return ""
    parts = (column.valid, column.mismatched, column.missing)
    cells = [max(1, round(part / total * width)) if part else 0 for part in parts]
    cells[cells.index(max(cells))] += width - sum(cells)
    return "".join(sign * amount for sign, amount in zip(_SIGNS, cells, strict=True))


def _row(number: int, column: ColumnFacts, role: str, data: DataFacts) -> Row:
    total = max(1, column.valid + column.mismatched + column.missing)
    said = [column.kind] if column.kind != "empty" else ["nothing in it"]
    if column.missing:
        said.append(f"{numbers.share(column.missing / total)} missing")
    if column.mismatched:
        said.append(f"{numbers.share(column.mismatched / total)} of another kind")
    if role:
        said.append(f"the {role}")

    def detail(_width: int) -> Content:
        return paragraphs(
            [
                heading(f"Column {one_line(column.name, 40)}"),
                f"It plays the part “{role}”." if role else "It plays no part in training.",
                _table(data),
                muted(f"{_SIGNS[0]} valid   {_SIGNS[1]} of another kind   {_SIGNS[2]} missing or blank"),
                muted("m says which column is what"),
            ]
        )

    return Row(f"quality-{number}", column.name, quality_bar(column), ", ".join(said), detail=detail)


def _table(data: DataFacts) -> Content:
    rows = [("column", "mostly", "valid", "other", "missing")]
    rows += [
        (
            one_line(each.name, 20),
            each.kind,
            numbers.count(each.valid),
            numbers.count(each.mismatched),
            numbers.count(each.missing),
        )
        for each in data.columns
    ]
    return columns(rows, right=frozenset((2, 3, 4)))
