"""Whole numbers from outside that are too large to be calculated with are found before anybody does."""

import json
import re

LARGEST = (1 << 63) - 1
"""The range of whole numbers that TOML promises to hold, and far below what no longer fits a real number."""
_LONG = re.compile(rb"\d{19}")


def out_of_range(value: object, place: str = "") -> str | None:
    """Where the first whole number beyond 64 bits stands inside nested tables and lists, as "a.b.3"."""
    match value:
        case bool():
            return None
        case int():
            return None if abs(value) <= LARGEST else place
        case dict():
            parts = [(str(key), each) for key, each in value.items()]
        case list():
            parts = [(str(number), each) for number, each in enumerate(value, 1)]
        case _:
            return None
    places = (out_of_range(each, f"{place}.{name}".lstrip(".")) for name, each in parts)
    return next((each for each in places if each is not None), None)


def json_in_range(line: bytes) -> bool:
    """False for a line of JSON that holds a whole number beyond 64 bits; most lines cost one look."""
    if not _LONG.search(line):
        return True
    try:
        return out_of_range(json.loads(line)) is None
    except (ValueError, RecursionError):
        return False
