"""Whole numbers from outside that are too large to be calculated with are found before anybody does."""

import re

LARGEST = (1 << 63) - 1
"""The range of whole numbers that TOML promises to hold, and far below what no longer fits a real number."""
_DEEPEST = 100
"""Levels of nesting; our own files have fewer than ten."""
_LONG = re.compile(rb"\d{19}|\d[eE]\+?\d")


def out_of_range(value: object, place: str = "", depth: int = 0) -> str | None:
    """Where the first whole number beyond 64 bits stands inside nested tables and lists, as "a.b.3".

    A place that is nested deeper than any of our own files is named as well.
    """
    match value:
        case bool():
            return None
        case int():
            return None if abs(value) <= LARGEST else place
        case dict():
            parts = [(str(key), each) for key, each in value.items()]
        case list() | tuple():
            parts = [(str(number), each) for number, each in enumerate(value, 1)]
        case _:
            return None
    if depth == _DEEPEST:
        return place
    places = (out_of_range(each, f"{place}.{name}".lstrip("."), depth + 1) for name, each in parts)
    return next((each for each in places if each is not None), None)


def may_be_out_of_range(line: bytes) -> bool:
    """False for JSON without a digit sequence or a power of ten that could be beyond 64 bits: most lines."""
    return _LONG.search(line) is not None
