"""Which rows are left out because of other rows: copies, near copies, conflicting answers.

Rows are compared as the checks of the same names compare them, on a fixed state of each row.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from advisor.work.data.examples import Example
from advisor.work.data.scan.alike import alike, first_of_each, jaccard
from advisor.work.data.scan.frames import lists_of
from advisor.work.data.scan.state import COLUMNS, RowStore, row_state, word_bounds, words_of_rows
from heuristics.facts.cleaning import NEAR_SIMILARITY, Cleaning

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

Dropped = dict[int, int]
"""Row left out -> row that stays in its stead, -1 when there is none; both as places in the store."""
Judge = Callable[[RowStore, Cleaning], Dropped]
_TURNS = 4096


def remember(store: RowStore, examples: Sequence[Example]) -> None:
    """Append the states of some rows."""
    if not examples:
        return
    lists = lists_of(examples)
    store.append(*row_state(lists.lines, lists.systems, lists.prompts, lists.answers, lists.turns))


def exact_copies(store: RowStore, _cleaning: Cleaning) -> Dropped:
    """Rows that equal an earlier row but for case and white space."""
    first = first_of_each(store.column("content"))
    later = np.flatnonzero(first != np.arange(store.rows))
    return dict(zip(later.tolist(), first[later].tolist(), strict=True))


def conflicts(store: RowStore, cleaning: Cleaning) -> Dropped:
    """Rows of prompts with several answers; with "majority" only those without the commonest answer.

    Of equally common answers the earliest counts as the commonest.
    """
    first = first_of_each(store.column("asked"))
    answers = store.column("answer")
    concerned = np.zeros(store.rows, dtype=np.bool_)
    concerned[first[answers != answers[first]]] = True
    groups: dict[int, list[int]] = {}
    for row in np.flatnonzero(concerned[first]).tolist():
        groups.setdefault(int(first[row]), []).append(row)
    if cleaning.conflicts == "drop":
        return {row: -1 for rows in groups.values() for row in rows}
    dropped: Dropped = {}
    for rows in groups.values():
        told = [int(answers[row]) for row in rows]
        common = max(dict.fromkeys(told), key=told.count)
        stays = rows[told.index(common)]
        dropped |= {row: stays for row, answer in zip(rows, told, strict=True) if answer != common}
    return dropped


def near_copies(store: RowStore, cleaning: Cleaning) -> Dropped:
    """Rows that nearly equal an earlier one, found again among those that stay until none is left."""
    dropped: Dropped = {}
    left = np.arange(store.rows)
    while True:
        part = rows_of(store, left)
        leaders = alike(part, first_of_each(part.column("content")))
        later = np.flatnonzero(leaders != np.arange(part.rows))
        if cleaning.near_similarity > NEAR_SIMILARITY:
            later = later[_similar(part, leaders[later], later) >= cleaning.near_similarity]
        if not len(later):
            return dropped
        dropped |= dict(zip(left[later].tolist(), left[leaders[later]].tolist(), strict=True))
        left = np.delete(left, later)


WHOLE: dict[str, Judge] = {
    "exact_duplicates": exact_copies,
    "conflicts": conflicts,
    "near_duplicates": near_copies,
}
"""Name of a fix -> how it judges all rows that are still in; in the order of application."""


def rows_of(store: RowStore, rows: "Rows") -> RowStore:
    """A store in memory with these rows of another one, in their order."""
    part = RowStore()
    if len(rows):
        words = words_of_rows(store, word_bounds(store), rows)
        part.append({name: store.column(name)[rows] for name in COLUMNS}, words.hashes)
    return part


def _similar(store: RowStore, one: "Rows", other: "Rows") -> "NDArray[np.float64]":
    """Shared word runs of pairs of rows, 0 to 1."""
    if not len(one):
        return np.zeros(0)
    bounds = word_bounds(store)
    parts = []
    for start in range(0, len(one), _TURNS):
        pair = one[start : start + _TURNS], other[start : start + _TURNS]
        here = np.arange(len(pair[0]))
        first, second = (words_of_rows(store, bounds, each) for each in pair)
        parts.append(jaccard(first, second, here, here))
    return np.concatenate(parts)
