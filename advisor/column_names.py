"""The columns of a file before anything is known about it, so that a person can say which is which."""

import csv
import json
from pathlib import Path

from advisor.text import plain

_HEAD = 1 << 18
_DELIMITERS = ",\t;|"
_LINES = 50


def column_names(path: Path) -> tuple[str, ...]:
    """Names in the order in which they appear in the first rows; empty when none can be told.

    Raises OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8-sig", "replace")
    return _of_objects(head) or _of_header(head)


def _of_objects(head: str) -> tuple[str, ...]:
    """Keys of the objects that lines hold, or that stand in an array."""
    names: dict[str, None] = {}
    decoder = json.JSONDecoder()
    text = head.lstrip(" \t\r\n[")
    for _ in range(_LINES):
        if not text.startswith("{"):
            break
        try:
            value, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            break
        names.update(dict.fromkeys(str(key) for key in value))
        text = text[end:].lstrip(" \t\r\n,")
    return tuple(plain(name, 200) for name in names)


def _of_header(head: str) -> tuple[str, ...]:
    first = head.splitlines()[0] if head.strip() else ""
    delimiter = max(_DELIMITERS, key=first.count)
    if not first.count(delimiter):
        return ()
    try:
        fields = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(plain(each.strip(), 200) for each in fields)
