"""Rows that are nearly the same."""

from collections.abc import Sequence

import xxhash

from advisor.work.data.checks.batch import Tally
from advisor.work.data.checks.whole import Whole, WholeCheck, found
from advisor.work.data.scan.alike import alike, first_of_each
from advisor.work.data.scan.state import RowStore, row_state


def near_duplicates(whole: Whole) -> Tally:
    """Rows that could go because an earlier one has nearly the same words; exact repeats are not counted."""
    import numpy as np

    here = np.arange(len(whole.equal))
    later = np.flatnonzero((whole.leaders != here) & (whole.equal == here))
    tally = found(whole, later)
    tally.kinds["groups"] = len(np.unique(whole.leaders[later]))
    return tally


NEAR_DUPLICATES = WholeCheck(
    "near_duplicates",
    near_duplicates,
    lambda tally: f"{tally.kinds['groups']:,} groups of rows alike" if tally.count else "",
)


def clusters(texts: Sequence[str], answers: Sequence[str]) -> list[int]:
    """For each text the first text of its group, itself when it stands alone.

    `answers` tells which rows have the same answer: those are alike also when few of their words differ.
    """
    import numpy as np

    store = RowStore()
    count = len(texts)
    columns, words = row_state(range(count), [""] * count, texts, [""] * count, [1] * count)
    told = np.fromiter((xxhash.xxh3_64_intdigest(each.encode()) for each in answers), np.uint64, count)
    store.append({**columns, "answer": told}, words)
    groups = alike(store, first_of_each(np.asarray(store.column("content"), dtype=np.uint64) ^ told))
    return [int(each) for each in groups]
