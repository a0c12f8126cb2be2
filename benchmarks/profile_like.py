"""Our own check of the kind that another tool is timed on, over the first rows of a file, in one process."""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from advisor.work.data.checks.exposed import PrivateData
from advisor.work.data.checks.spread import LengthOutliers
from advisor.work.data.columns import ColumnTally
from advisor.work.data.scan.alike import alike, first_of_each
from advisor.work.data.scan.frames import RowLists
from advisor.work.data.scan.state import RowStore, row_state, squeezed
from benchmarks.profile_peers import texts_of
from heuristics.facts.data import Columns, FormatFacts

_FORMAT = FormatFacts("text", "jsonl", Columns(text="text"), 1.0)
_PART = 4_096


def near_duplicates(texts: list[str]) -> int:
    """Sketches of all rows, candidates by shared bands, verified on their words."""
    store = RowStore()
    for start in range(0, len(texts), _PART):
        part = texts[start : start + _PART]
        lines, nothing = range(start, start + len(part)), [""] * len(part)
        store.append(*row_state(lines, nothing, nothing, part, [0] * len(part)))
    leaders = alike(store, first_of_each(store.column("content")))
    return int((leaders != range(len(leaders))).sum())


def private_data(texts: list[str]) -> int:
    """Patterns with their check digits, behind a first look at all rows."""
    found = 0
    for start in range(0, len(texts), _PART):
        lists = RowLists()
        for line, text in enumerate(texts[start : start + _PART], start=start):
            lists.lines.append(line)
            lists._parts("", "", "", text, 0)
        found += PrivateData().look(lists.batch(_FORMAT)).count
    return found


def columns(texts: list[str]) -> int:
    """What stands in a column, which of its values are equal, and how their lengths are spread."""
    tally, lists = ColumnTally(), RowLists()
    for line, text in enumerate(texts):
        tally.add_row({"text": text})
        lists.lines.append(line)
        lists._parts("", "", "", text, 0)
    LengthOutliers().look(lists.batch(_FORMAT))
    equal = first_of_each(np.fromiter(map(squeezed, texts), np.uint64, len(texts)))
    return len(tally.facts()) + int((equal != np.arange(len(texts))).sum())


LIKE = {"datasketch": near_duplicates, "presidio": private_data, "ydata": columns}
"""Of each other tool, our check of the same kind."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", choices=sorted(LIKE))
    parser.add_argument("file", type=Path)
    parser.add_argument("rows", type=int)
    asked = parser.parse_args()
    texts = texts_of(asked.file, asked.rows)
    LIKE[asked.tool](texts[:100])
    began = time.process_time()
    found = LIKE[asked.tool](texts)
    seconds = time.process_time() - began
    json.dump({"rows": len(texts), "found": found, "processor_seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main()
