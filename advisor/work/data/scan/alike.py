"""Groups of rows that are equal or nearly so: candidates by shared bands, verified on their words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from advisor.work.data.scan.beside import beside
from advisor.work.data.scan.sketch import shingles_of
from advisor.work.data.scan.state import BAND_COLUMNS, ONE_TURN, RowStore, word_bounds, words_of_rows
from advisor.work.data.scan.words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Truth = NDArray[np.bool_]

SIMILAR = 0.8
_SHORT_TEXT = (12, 60)
"""Words of texts that are judged by their words when their answers agree."""
_CHANGED = 0.1
_LONG_TEXT = 40
"""Words from which a text is judged by its words whatever its answer."""
_CHANGED_IN_LONG = 0.06
_BACK = (1, 2, 3)
"""How far back in a bucket, besides its first row, a row is compared: large buckets cost no more per row."""
_BATCH = 4096


def first_of_each(values: "NDArray[np.generic]") -> "Rows":
    """For each row the first row of the same value."""
    import numpy as np

    order = np.argsort(values, kind="stable")
    ordered = values[order]
    heads = np.empty(len(values), dtype=np.bool_)
    heads[:1] = True
    heads[1:] = ordered[1:] != ordered[:-1]
    first = np.empty(len(values), dtype=np.int64)
    first[order] = order[np.maximum.accumulate(np.where(heads, np.arange(len(values)), 0))]
    return first


def alike(store: RowStore, equal: "Rows") -> "Rows":
    """For each row the first row of its group: equal rows, and rows with nearly the same words.

    `equal` names for each row the first that is equal to it, and is not changed.
    """
    import numpy as np

    leaders = equal.copy()
    unique = np.flatnonzero(equal == np.arange(len(equal)))
    compare = Comparison(store)

    def ordered(name: str) -> "Rows":
        return unique[np.argsort(store.column(name)[unique], kind="stable")]

    for name, order in zip(BAND_COLUMNS, beside(ordered, BAND_COLUMNS), strict=True):
        for earlier, later in _candidates(store.column(name), order):
            roots = _root(leaders, earlier), _root(leaders, later)
            apart = roots[0] != roots[1]
            for one, other in _in_batches(earlier[apart], later[apart]):
                open_ = _root(leaders, one) != _root(leaders, other)
                matched = compare.pairs(one[open_], other[open_])
                _join(leaders, one[open_][matched], other[open_][matched])
        store.forget(name)
    return _root(leaders, np.arange(len(leaders)))


def united(groups: "Rows", others: "Rows") -> "Rows":
    """For each row the first of its group, where groups of both kinds that share a row are one."""
    import numpy as np

    leaders = groups.copy()
    here = np.arange(len(groups))
    apart = np.flatnonzero(_root(leaders, here) != _root(leaders, others))
    _join(leaders, apart, others[apart])
    return _root(leaders, here)


def _candidates(values: "NDArray[np.generic]", order: "Rows") -> Iterator[tuple["Rows", "Rows"]]:
    """Pairs of rows in one bucket: each with the bucket's first, then with the few before it."""
    import numpy as np

    ordered = values[order]
    heads = np.concatenate((np.ones(1, np.bool_), ordered[1:] != ordered[:-1]))[: len(order)]
    places = np.arange(len(order))
    first = np.maximum.accumulate(np.where(heads, places, 0))
    follows = np.flatnonzero(~heads)
    yield order[first[follows]], order[follows]
    for back in _BACK:
        inside = follows[follows - back > first[follows]]
        if len(inside):
            yield order[inside - back], order[inside]


def _in_batches(one: "Rows", other: "Rows") -> Iterator[tuple["Rows", "Rows"]]:
    for start in range(0, len(one), _BATCH):
        yield one[start : start + _BATCH], other[start : start + _BATCH]


def _root(leaders: "Rows", rows: "Rows") -> "Rows":
    found = leaders[rows]
    while True:
        further = leaders[found]
        if (further == found).all():
            return found
        found = further


def _join(leaders: "Rows", one: "Rows", other: "Rows") -> None:
    """Unite the groups of each pair under their earliest row."""
    for first, second in zip(one.tolist(), other.tolist(), strict=True):
        a, b = first, second
        while leaders[a] != a:
            leaders[a] = leaders[leaders[a]]
            a = int(leaders[a])
        while leaders[b] != b:
            leaders[b] = leaders[leaders[b]]
            b = int(leaders[b])
        leaders[max(a, b)] = min(a, b)


class Comparison:
    """Compares rows, of one store or of two, by their words."""

    def __init__(self, store: RowStore, other: RowStore | None = None) -> None:
        self._stores = store, other or store
        bounds = word_bounds(store)
        self._bounds = bounds, word_bounds(other) if other else bounds

    def pairs(self, one: "Rows", other: "Rows") -> "Truth":
        """True for each nearly equal pair: rows `one` of the first store, `other` of the second."""
        import numpy as np

        if not len(one):
            return np.zeros(0, np.bool_)
        ones, places = np.unique(one, return_inverse=True)
        others, other_places = np.unique(other, return_inverse=True)
        first = words_of_rows(self._stores[0], self._bounds[0], ones)
        second = words_of_rows(self._stores[1], self._bounds[1], others)
        matched = jaccard(first, second, places, other_places) >= SIMILAR
        allowed = np.where(matched, -1.0, self._allowed_changes(one, other))
        doubtful = np.flatnonzero(allowed >= 0)
        changes = _changed(first, second, places[doubtful], other_places[doubtful])
        matched[doubtful[changes <= allowed[doubtful]]] = True
        return matched

    def _allowed_changes(self, one: "Rows", other: "Rows") -> "NDArray[np.float64]":
        """How many words of each pair may differ; below 0 where words alone do not make it alike.

        Runs of words are strict: one word of thirty changes three of twenty-eight. Numbers never differ.
        """
        import numpy as np

        first, second = self._stores

        def both(name: str) -> tuple["NDArray[np.generic]", "NDArray[np.generic]"]:
            return first.column(name)[one], second.column(name)[other]

        words = np.minimum(*both("words")).astype(np.float64)
        one_turn = np.bitwise_and(*both("flags")) & ONE_TURN == 1
        short = np.equal(*both("answer")) & one_turn & (words >= _SHORT_TEXT[0]) & (words <= _SHORT_TEXT[1])
        allowed = np.where(words >= _LONG_TEXT, 2 * words * _CHANGED_IN_LONG, -1.0)
        allowed = np.where(short, 2 * words * _CHANGED, allowed)
        return np.where(np.equal(*both("digits")), allowed, -1.0)


def jaccard(first: Words, second: Words, one: "Rows", other: "Rows") -> "NDArray[np.float64]":
    """Shared runs of three words over all their runs, for each pair of texts."""
    import numpy as np

    sets, sizes = _sets(first)
    other_sets, other_sizes = (sets, sizes) if second is first else _sets(second)
    keys = _keys(sets, sizes, one)
    other_keys = _keys(other_sets, other_sizes, other)
    both = np.sort(np.concatenate((keys, other_keys)))
    shared = np.bincount(
        (both[1:][both[1:] == both[:-1]] >> np.uint64(32)).astype(np.int64), minlength=len(one)
    )
    union = sizes[one] + other_sizes[other] - shared
    similarity: NDArray[np.float64] = shared / np.maximum(union, 1)
    return similarity


def _sets(words: Words) -> tuple["NDArray[np.uint32]", "Rows"]:
    """The different runs of each text, one text after the other, and how many each has."""
    import numpy as np

    shingles, begins = shingles_of(words)
    texts = len(begins) - 1
    owner = np.repeat(np.arange(texts, dtype=np.uint64), np.diff(begins))
    runs = np.sort((owner << np.uint64(32)) | shingles)  # np.unique hashes, which is several times slower
    different = runs[np.concatenate((np.ones(1, np.bool_), runs[1:] != runs[:-1]))[: len(runs)]]
    sizes = np.bincount((different >> np.uint64(32)).astype(np.int64), minlength=texts)
    return different.astype(np.uint32), sizes


def _keys(values: "NDArray[np.uint32]", sizes: "Rows", texts: "Rows") -> "NDArray[np.uint64]":
    """The values of each pair's text, marked with the number of the pair."""
    import numpy as np

    begins = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    counts = sizes[texts]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    places = np.repeat(begins[texts] - (ends - counts), counts) + np.arange(total)
    pair = np.repeat(np.arange(len(texts), dtype=np.uint64), counts)
    return (pair << np.uint64(32)) | values[places]


def _changed(first: Words, second: Words, one: "Rows", other: "Rows") -> "Rows":
    """Words of either text of each pair that the other has not, or not as often."""
    import numpy as np

    if not len(one):
        return np.zeros(0, np.int64)
    keys, counts = np.unique(_keys(first.hashes, first.counts, one), return_counts=True)
    other_keys, other_counts = np.unique(_keys(second.hashes, second.counts, other), return_counts=True)
    shared_keys, place, other_place = np.intersect1d(keys, other_keys, True, True)
    pair = (shared_keys >> np.uint64(32)).astype(np.int64)
    shared = np.bincount(pair, np.minimum(counts[place], other_counts[other_place]), len(one))
    changed: Rows = first.counts[one] + second.counts[other] - 2 * shared.astype(np.int64)
    return changed
