"""Rows about something else than the others, or than the topic that the user named; for review only."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from advisor.work.data.checks.batch import Tally
from advisor.work.data.checks.whole import Whole, WholeCheck, found
from advisor.work.data.limits import data_limits
from advisor.work.data.scan.beside import beside
from advisor.work.data.scan.state import word_bounds, words_of_rows
from advisor.work.data.scan.topics import Clusters, far_groups
from advisor.work.data.scan.words import Words, words_of
from heuristics.goal import Topic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

_ROWS_AT_A_TIME = 8_192
_GROUPS, _LARGEST, _UNHEARD, _NAMED = "groups", "largest", "unheard", "named"


def off_topic(whole: Whole) -> Tally:
    """Rows of groups that share few words with all others.

    They come by how near they are to the middle of their cluster. Without a topic the largest part of the
    rows is taken for it; with one the group that is nearest to it.
    Groups are looked for among a sample in which rows that are nearly alike are there once.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(
        1, "blas"
    ):  # the matrices are small: a second thread would only wait and burn time
        return _off_topic(whole)


def _off_topic(whole: Whole) -> Tally:
    import numpy as np

    limits = data_limits().topics
    sampled = _sample(whole, limits.sample_rows)
    if len(sampled) < limits.least_rows:
        return Tally(total=whole.store.rows)
    bounds = word_bounds(whole.store)
    clusters = Clusters.of(words_of_rows(whole.store, bounds, sampled), limits)
    far = far_groups(clusters, limits)
    main = frozenset(range(len(clusters.centres))) - frozenset().union(*far)
    named = _named(clusters, whole, whole.topic) if whole.topic is not None else None
    unheard = named is not None and not named.any()
    apart = _off(clusters, [main, *far], None if unheard else named)
    if not apart:
        tally = Tally(total=whole.store.rows)
        tally.kinds[_UNHEARD] = unheard
        return tally
    away = np.zeros(len(clusters.centres), np.int64)
    for number, group in enumerate(apart, start=1):
        away[sorted(group)] = number
    everything = np.arange(whole.store.rows)
    found_in = beside(clusters.cluster_of, _words_of(whole, bounds, everything))
    of_group = away[np.concatenate(list(found_in))]
    rows = np.flatnonzero(of_group)
    near = [np.empty(0, np.float32), *(clusters.nearness(each) for each in _words_of(whole, bounds, rows))]
    rows = rows[np.argsort(-np.concatenate(near), kind="stable")]
    sizes = np.bincount(of_group, minlength=2)[1:]
    tally = found(whole, rows)
    tally.kinds[_GROUPS], tally.kinds[_LARGEST] = len(apart), int(sizes.max())
    tally.kinds[_UNHEARD], tally.kinds[_NAMED] = unheard, whole.topic is not None and not unheard
    return tally


def _off(
    clusters: Clusters, groups: Sequence[frozenset[int]], named: "NDArray[np.float32] | None"
) -> list[frozenset[int]]:
    """All groups but that of the topic: the one nearest to what was named, else the first."""
    import numpy as np

    on_topic = 0
    if named is not None:
        on_topic = int(np.argmax([np.dot(clusters.direction(each), named) for each in groups]))
    return [each for number, each in enumerate(groups) if number != on_topic]


def _named(clusters: Clusters, whole: Whole, topic: Topic) -> "NDArray[np.float32]":
    """The direction of the user's own words and typical rows; nothing where none of their words is known."""
    import numpy as np

    named = np.asarray(clusters.weights.vectors(words_of([topic.text])).todense()).ravel()
    places = np.flatnonzero(np.isin(whole.store.column("line"), np.asarray(topic.lines, np.uint64)))
    if len(places):
        typical = clusters.weights.vectors(words_of_rows(whole.store, word_bounds(whole.store), places))
        named = named + np.asarray(typical.sum(axis=0)).ravel()
    return np.asarray(named, dtype=np.float32)


def _sample(whole: Whole, most: int) -> "Rows":
    """Rows that stand for a group of rows alike, at most so many, the same whatever their order."""
    import numpy as np

    apart = np.flatnonzero(whole.leaders == np.arange(len(whole.leaders)))
    apart = apart[np.asarray(whole.store.column("words"))[apart] > 0]
    return apart[np.argsort(np.asarray(whole.store.column("content"))[apart], kind="stable")[:most]]


def _words_of(whole: Whole, bounds: "Rows", rows: "Rows") -> Iterator[Words]:
    """The words of these rows, a few thousand rows at a time."""
    for start in range(0, len(rows), _ROWS_AT_A_TIME):
        yield words_of_rows(whole.store, bounds, rows[start : start + _ROWS_AT_A_TIME])


def _said(tally: Tally) -> str:
    said = []
    if tally.count:
        groups, largest = tally.kinds[_GROUPS], tally.kinds[_LARGEST]
        said.append("One group" if groups == 1 else f"{groups:,} groups, the largest of {largest:,} rows")
    if tally.kinds[_UNHEARD]:
        said.append(_NO_WORDS)
    elif tally.kinds[_NAMED]:
        said.append("measured from the topic that you named")
    return "; ".join(said)


_NO_WORDS = "no word of the topic that you named occurs in the rows"
OFF_TOPIC = WholeCheck("off_topic", off_topic, _said)
