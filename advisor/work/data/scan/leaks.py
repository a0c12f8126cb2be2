"""Rows of a data set that are in the file it will be tested on: asked alike, nearly equal, or quoted.

A test row counts as quoted when runs of 13 of its words stand in the data and cover enough of it: shorter
runs are common phrases (GPT-3 paper, Brown et al. 2020, appendix C, uses 13 words for the same purpose).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from advisor.work.data.scan.alike import Comparison
from advisor.work.data.scan.state import BAND_COLUMNS, RowStore, word_bounds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

RUN = 13
_COVERED = 0.3
"""Share of a test row's words that must stand in the data in such runs."""
_CHUNK = 1 << 20
_PER_BUCKET = 4
"""Test rows of one bucket with which a row is compared."""
_BATCH = 4096


def asked_in_test(store: RowStore, held: RowStore) -> "NDArray[np.bool_]":
    """For each row whether a test row asks the same."""
    import numpy as np

    return np.isin(store.column("asked"), held.column("asked"))


def leaked(store: RowStore, held: RowStore) -> tuple["Rows", int]:
    """Rows that nearly equal a test row or quote one, and how many test rows that concerns."""
    import numpy as np

    near, near_tested = _nearly_equal(store, held)
    quoting, quoted = _quoting(store, held)
    return np.union1d(near, quoting), len(np.union1d(near_tested, quoted))


def _nearly_equal(store: RowStore, held: RowStore) -> tuple["Rows", "Rows"]:
    import numpy as np

    compare = Comparison(store, held)
    ours: list[Rows] = []
    theirs: list[Rows] = []
    known = np.zeros(store.rows, dtype=np.bool_)
    for name in BAND_COLUMNS:
        order = np.argsort(held.column(name), kind="stable")
        ordered = held.column(name)[order]
        begins = np.searchsorted(ordered, store.column(name), side="left")
        ends = np.searchsorted(ordered, store.column(name), side="right")
        for back in range(_PER_BUCKET):
            rows = np.flatnonzero((begins + back < ends) & ~known)
            for start in range(0, len(rows), _BATCH):
                one = rows[start : start + _BATCH]
                other = order[begins[one] + back]
                matched = compare.pairs(one, other)
                known[one[matched]] = True
                ours.append(one[matched])
                theirs.append(other[matched])
        store.forget(name)
    empty = np.empty(0, np.int64)
    return np.unique(np.concatenate([empty, *ours])), np.unique(np.concatenate([empty, *theirs]))


def _quoting(store: RowStore, held: RowStore) -> tuple["Rows", "Rows"]:
    """Rows that hold runs of a test row that is quoted enough, and those test rows."""
    import numpy as np

    bounds = word_bounds(held)
    words_only, bounds = _without_signs(held.words(bounds[:1], bounds[-1:]), bounds)
    bank, owners, places = _runs(words_only, bounds)
    order = np.argsort(bank, kind="stable")
    bank = bank[order]
    empty = np.empty(0, np.int64)
    rows, hits = [empty], [empty]
    for found_rows, found in _hits(store, bank):
        rows.append(found_rows)
        hits.append(found)
    ours, hit = np.concatenate(rows), np.concatenate(hits)
    is_hit = np.zeros(len(bank), dtype=np.bool_)
    is_hit[hit] = True
    is_hit = is_hit[np.searchsorted(bank, bank)] if len(bank) else is_hit
    words = np.zeros(int(bounds[-1]) + RUN, dtype=np.int64)
    starts = places[order][is_hit]
    np.add.at(words, starts, 1)
    np.subtract.at(words, starts + RUN, 1)
    under = np.cumsum(words)[: int(bounds[-1])] > 0
    covered: Rows = np.concatenate((np.zeros(1, np.int64), np.cumsum(under, dtype=np.int64)))
    share = (covered[bounds[1:]] - covered[bounds[:-1]]) / np.maximum(bounds[1:] - bounds[:-1], 1)
    quoted = np.flatnonzero(share >= _COVERED)
    counts = np.isin(owners[order][hit], quoted)
    return np.unique(ours[counts]), quoted


def _hits(store: RowStore, bank: "NDArray[np.uint64]") -> Iterator[tuple["Rows", "Rows"]]:
    """Rows and the place in the sorted bank of each run that they share with it."""
    import numpy as np

    if not len(bank):
        return
    maybe = np.zeros(1 << 22, dtype=np.bool_)
    maybe[bank >> np.uint64(42)] = True
    bounds = word_bounds(store)
    start = 0
    while start < store.rows:
        end = max(start + 1, int(np.searchsorted(bounds, bounds[start] + _CHUNK, side="right")) - 1)
        words = store.words(bounds[start : start + 1], bounds[end : end + 1])
        runs, owners, _ = _runs(*_without_signs(words, bounds[start : end + 1] - bounds[start]))
        likely = np.flatnonzero(maybe[runs >> np.uint64(42)])
        place = np.minimum(np.searchsorted(bank, runs[likely]), len(bank) - 1)
        real = bank[place] == runs[likely]
        yield owners[likely[real]] + start, place[real]
        start = end


def _without_signs(words: "NDArray[np.generic]", bounds: "Rows") -> tuple["NDArray[np.generic]", "Rows"]:
    """Words proper and where each row's begin: runs of signs are common in arithmetic and code."""
    import numpy as np

    proper = np.bitwise_and(words, 1) == 0
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(proper)))
    return words[proper], before[bounds]


def _runs(words: "NDArray[np.generic]", bounds: "Rows") -> tuple["NDArray[np.uint64]", "Rows", "Rows"]:
    """A hash of each run of 13 words inside one row, its row, and the place of its first word."""
    import numpy as np

    size = len(words) - RUN + 1
    if size <= 0:
        return np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64)
    one = np.asarray(words, dtype=np.uint64) + np.uint64(1)
    two = _joined(one, 1)
    four = _joined(two, 2)
    eight = _joined(four, 4)
    mixed = eight[:size] * np.uint64(0xC2B2AE3D27D4EB4F) + four[8 : 8 + size]
    mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + one[12 : 12 + size]
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))[:size]
    places = np.flatnonzero(np.arange(size) + RUN <= bounds[owner + 1])
    return mixed[places], owner[places], places


def _joined(values: "NDArray[np.uint64]", step: int) -> "NDArray[np.uint64]":
    import numpy as np

    mixed: NDArray[np.uint64] = values[:-step] * np.uint64(0x9E3779B97F4A7C15)
    mixed += values[step:] ^ (values[step:] >> np.uint64(29))
    return mixed
