"""TOML from outside as tables: whatever is wrong with it is one kind of error, in words."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import tomli_w

from advisor.bounds import out_of_range
from advisor.small_text import small_text
from advisor.text import UNSAFE, one_line

LARGEST = 64 << 20
"""Bytes; a case with a long pilot has a few hundred thousand."""
_ENDLESS_KEY = re.compile(r"^[ \t]*(?:\[[^\n]{4000}|[^\n=\"'\[{#]{4000})", re.MULTILINE)
"""A name so long that the parser, whose time grows with the square of its parts, would take minutes."""


def tables_in(path: Path) -> dict[str, object]:
    """The tables of a TOML file; raises OSError, or ValueError as `tables_of` does."""
    return tables_of(small_text(path, LARGEST))


def tables_of(text: str) -> dict[str, object]:
    """The tables of a TOML text.

    Raises ValueError, in one line, for what is not TOML, is nested beyond all measure, or holds a whole
    number beyond the 64 bits that TOML has.
    """
    if _ENDLESS_KEY.search(text):
        raise ValueError("a name in it is longer than 4,000 characters")
    try:
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ValueError as error:
        raise ValueError(one_line(str(error))) from error
    if (place := out_of_range(tables)) is not None:
        raise ValueError(f"{one_line(place, 100)} is beyond 64 bits, or nested too deeply")
    return tables


def toml_of(tables: Mapping[str, object]) -> str:
    """The tables as TOML that is safe to look at in a terminal and gives back every character.

    Only texts in quotation marks hold such characters, so that each can be written as its number.
    """
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", tomli_w.dumps(tables))
