"""The texts of a row that training would see, and the row with those texts changed."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache

from heuristics.facts.data import Columns, FormatFacts

Value = dict[str, object]
Edit = Callable[[str], str]

_NAMES = frozenset(
    ("role", "from", "type", "id", "tool_call_id", "name", "url", "image_url", "path", "detail", "weight")
)
"""Keys inside a conversation whose values are names, not texts."""


def mended(value: Value, format_: FormatFacts, edit: Edit) -> Value:
    """The row after an edit of its texts; the same object when nothing changed.

    The texts are those of the columns that play a part; every text of the row when no part is known.
    """
    parts = trained_columns(format_.columns)
    changes = {
        key: new
        for key, old in value.items()
        if (not parts or key in parts) and (new := _edited(old, edit)) is not old
    }
    return value | changes if changes else value


@cache
def trained_columns(columns: Columns) -> frozenset[str]:
    """Names of the columns that play a part."""
    named = (getattr(columns, each.name) for each in fields(columns))
    return frozenset(each for each in named if each is not None)


def first_difference(before: object, after: object) -> tuple[str, str]:
    """The first text that differs between two versions of a row, before and after."""
    match before, after:
        case str(), str():
            return before, after
        case dict(), dict():
            for key, old in before.items():
                if old != after.get(key):
                    return first_difference(old, after.get(key))
        case list(), list():
            for old, new in zip(before, after, strict=False):
                if old != new:
                    return first_difference(old, new)
    return str(before), str(after)


def _edited(value: object, edit: Edit) -> object:
    match value:
        case str():
            new = edit(value)
            return value if new == value else new
        case list():
            items = [_edited(each, edit) for each in value]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        case dict():
            pairs = {key: old if key in _NAMES else _edited(old, edit) for key, old in value.items()}
            return pairs if any(pairs[key] is not value[key] for key in value) else value
        case _:
            return value
