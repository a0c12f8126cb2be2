"""Rows that name one column twice, of which readers silently keep the last."""

import json
from pathlib import Path

from advisor.text import one_line
from advisor.work.data.checks.batch import SHOWN, Tally
from advisor.work.data.limits import data_limits
from advisor.work.data.source import open_source
from heuristics.facts.data import CheckResult

NAME = "duplicate_keys"
_LONGEST = 1 << 20
"""Bytes of a line that is looked at; readers give parsed rows, so the lines are read again."""


def duplicate_keys(path: Path) -> CheckResult:
    """Rows of a file of JSON Lines that hold a key twice, looked for in the first rows of it."""
    tally = Tally()
    source = open_source(path)
    with source.raw:
        for number in range(1, data_limits().reader.sample_rows + 1):
            line = source.stream.readline(_LONGEST)
            if not line or not line.endswith(b"\n"):
                break
            _look(tally, number, line)
    said = ", ".join(f"“{key}” in {count:,}" for key, count in tally.kinds.most_common(5))
    return tally.result(NAME, said, sampled=True)


def _look(tally: Tally, number: int, line: bytes) -> None:
    twice: list[str] = []

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in found]
        twice.extend(key for key in dict.fromkeys(keys) if keys.count(key) > 1)
        return dict(found)

    try:
        json.loads(line, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return
    tally.total += 1
    if twice:
        tally.count += 1
        tally.kinds.update(one_line(key, 40) for key in set(twice))
        if len(tally.rows) < SHOWN:
            tally.rows.append(number)
