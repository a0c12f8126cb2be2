"""The columns of a data set before anything is known about it, so that a person can say which is which."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from advisor.errors import BadData
from advisor.models.hub_cache import on_hub
from advisor.rows.child import end, start
from advisor.text import one_line, plain

_PATIENCE = 60.0
"""Seconds for an answer; a data set on the Hub may have to be fetched first."""
_NONE = "Check the path, and that the file holds rows."


def column_names(path: Path) -> tuple[str, ...]:
    """Names in the order in which they appear in the first rows, whatever holds them; empty for plain text.

    A child process reads them, as it does rows. Raises BadData, in one line, when they cannot be read.
    """
    asked = path if on_hub(path) else path.absolute()
    try:
        child = start("name_columns", str(asked))
        try:
            answer = json.loads(child.communicate(timeout=_PATIENCE)[0])
        finally:
            end(child)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise BadData(f"The columns of {one_line(path.name, 60)} cannot be read", _NONE) from error
    match answer:
        case {"names": list(names)}:
            return tuple(plain(str(each), 200) for each in names)
        case {"fault": str(fault), "do": str(do)}:
            raise BadData(one_line(fault, 400), one_line(do, 400))
        case _:
            raise BadData(f"The columns of {one_line(path.name, 60)} cannot be read", _NONE)


def unique_names(header: Iterable[str]) -> tuple[str, ...]:
    """Column names with a number behind repeated ones, so that none is lost."""
    seen: Counter[str] = Counter()
    names = []
    for each in header:
        name = each.strip()
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(names)
