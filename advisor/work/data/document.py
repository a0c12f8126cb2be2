"""JSON documents: an array, an array inside an object, or objects printed over several lines."""

import io
from collections.abc import Iterator

import ijson

from advisor.text import one_line
from advisor.work.data.jsonl import kind_of
from advisor.work.data.nesting import Shallow, TooDeep, is_too_deep
from advisor.work.data.row import Row
from advisor.work.data.source import UNREADABLE, Source, as_valid_utf8
from heuristics.facts.data import RowProblem

_ROW_KEYS = ("messages", "conversations", "conversation", "dialogue", "dialog", "turns", "chat")
"""Arrays of objects under these names belong to one row and are not the rows."""


def document_prefix(head: bytes) -> str:
    """Where the rows are, as an ijson prefix: "item", "data.item" …; "" when the document itself is a row."""
    key = None
    depth, array = 0, False
    try:
        for event, value in ijson.basic_parse(io.BytesIO(head)):
            if depth == 0 and event == "start_array":
                return "item"
            if depth == 1 and event == "map_key":
                key = str(value)
            if depth == 2 and event == "start_map" and array and key not in _ROW_KEYS:
                return f"{key}.item"
            if event in ("start_map", "start_array"):
                depth += 1
                array = event == "start_array"
            elif event in ("end_map", "end_array"):
                depth -= 1
                array = False
    except ijson.JSONError:
        return ""
    return ""


def document_rows(source: Source) -> Iterator[Row | RowProblem]:
    """Rows, numbered from 1; a fault in the document ends it, because what follows cannot be told apart."""
    prefix = document_prefix(source.head)
    stream = Shallow(as_valid_utf8(source))
    transcoder = source.transcoded
    number = 0
    try:
        for value in ijson.items(stream, prefix, use_float=True, multiple_values=True):
            number += 1
            if not isinstance(value, dict):
                yield RowProblem(number, f"not an object but {kind_of(value)}")
            elif stream.suspicious and is_too_deep(value):
                yield RowProblem(number, "nested too deeply")
            elif transcoder is not None and transcoder.replaced and _has_unreadable(value):
                yield RowProblem(number, "contains bytes that are not UTF-8")
            else:
                yield Row(number, value)
    except TooDeep:
        yield RowProblem(number + 1, "the rest cannot be read, the document is nested too deeply here")
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
        why = one_line(str(error).split("\n", maxsplit=1)[0], 80)
        if isinstance(error, ijson.IncompleteJSONError) and ("incomplete" in why or "premature" in why):
            yield RowProblem(number + 1, "cut off: the document ends inside this row")
        else:
            yield RowProblem(
                number + 1, f"the rest cannot be read, the document is not valid JSON here: {why}"
            )


def _has_unreadable(value: object) -> bool:
    match value:
        case str():
            return UNREADABLE in value
        case dict():
            return any(_has_unreadable(each) for each in value.values())
        case list():
            return any(_has_unreadable(each) for each in value)
        case _:
            return False
