"""Which rows a check finds, row by row."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from advisor.fixes import fixes
from advisor.work.data.checks.all import ROW_CHECKS
from advisor.work.data.checks.batch import BatchCheck
from advisor.work.data.examples import Example
from advisor.work.data.scan.frames import lists_of
from heuristics.facts.data import FormatFacts

TOGETHER = 2000
"""Rows that are asked about together."""


@cache
def asked() -> dict[str, tuple[BatchCheck, ...]]:
    """Name of a fix that leaves rows out -> the checks on single rows that say which."""
    known = {each.name: each for each in ROW_CHECKS}
    drops = {each.name: each.checks for each in fixes() if each.kind == "drop"}
    found = {
        name: tuple(known[check] for check in checks if check in known) for name, checks in drops.items()
    }
    return {name: checks for name, checks in found.items() if checks}


def found(fix: str, examples: Sequence[Example], format_: FormatFacts) -> frozenset[int]:
    """Lines of the rows that the checks of a fix find among these."""
    if not examples:
        return frozenset()
    batch = lists_of(examples).batch(format_)
    lines: set[int] = set()
    for check in asked()[fix]:
        lines.update(np.frombuffer(check.look(batch).lines, dtype="<u8").tolist())
    return frozenset(lines)
