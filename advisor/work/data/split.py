"""Divides rows into train, validation and test by a hash of what they ask; rows alike stay together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xxhash

from advisor.work.data.examples import Example
from advisor.work.data.limits import SplitLimits, data_limits
from advisor.work.data.scan.alike import alike, first_of_each, united
from advisor.work.data.scan.frames import lists_of
from advisor.work.data.scan.leaks import asked_in_test, leaked
from advisor.work.data.scan.state import RowStore, row_state
from heuristics.facts.data import SplitFacts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Splits:
    """Three parts that share no prompt and no rows alike."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    test: tuple[Example, ...]
    facts: SplitFacts


@dataclass(frozen=True, slots=True)
class Division:
    """The same three parts as numbers of rows, in hash order; `test` is empty for the user's own."""

    train: "Rows"
    validation: "Rows"
    test: "Rows"
    groups: int
    """Groups of several rows."""


def split(
    examples: tuple[Example, ...],
    eval_examples: tuple[Example, ...] | None,
    seed_text: str = "",
    test_source: str = "held out",
) -> Splits:
    """Divide by the hash of the normalised prompt.

    Rows with one prompt, and rows nearly alike, stay together; the place of a prompt does not depend on the
    order of rows, and hardly on which other rows there are; exact duplicates are kept once. `eval_examples`,
    when given, are the test part, and rows that ask the same or nearly equal them are left out of the others.
    """
    store = store_of(examples)
    equal = first_of_each(store.column("content"))
    held = store_of(eval_examples) if eval_examples is not None else None
    parts = divide(store, equal, alike(store, equal), held, seed_text)
    test = tuple(examples[each] for each in parts.test)
    if eval_examples is not None and held is not None:
        first = first_of_each(held.column("content"))
        test = tuple(each for number, each in enumerate(eval_examples) if first[number] == number)
    train = tuple(examples[each] for each in parts.train)
    validation = tuple(examples[each] for each in parts.validation)
    facts = SplitFacts(len(train), len(validation), len(test), test_source, parts.groups)
    return Splits(train, validation, test, facts)


def store_of(examples: Sequence[Example]) -> RowStore:
    """The states of rows that are in memory."""
    store = RowStore()
    lists = lists_of(examples)
    store.append(*row_state(lists.lines, lists.systems, lists.prompts, lists.answers, lists.turns))
    return store


def divide(
    store: RowStore, equal: "Rows", leaders: "Rows", held: RowStore | None, seed_text: str = ""
) -> Division:
    """The parts of all rows of a store; with `held`, rows that it holds too are in none."""
    import numpy as np

    limits = data_limits().split
    usable = equal == np.arange(store.rows)
    if held is not None:
        usable &= ~asked_in_test(store, held)
        usable[leaked(store, held)[0]] = False
    rows = np.flatnonzero(usable)
    asked = store.column("asked")
    groups = united(leaders, first_of_each(asked))[rows]
    order, begins = _in_order(groups, asked[rows], seed_text)
    rows = rows[order]
    sizes = np.diff(np.append(begins, len(rows)))
    wanted = _wanted(len(rows), limits.test_share, limits.test_least, limits.test_most)
    test = np.zeros(len(sizes), dtype=np.bool_)
    if held is None:
        test[_take(sizes, wanted, limits)] = True
    rest = np.flatnonzero(~test)
    wanted = _wanted(len(rows), limits.validation_share, limits.validation_least, limits.validation_most)
    validation = np.zeros(len(sizes), dtype=np.bool_)
    validation[rest[_take(sizes[rest], wanted, limits)]] = True
    in_test, in_validation = np.repeat(test, sizes), np.repeat(validation, sizes)
    return Division(
        train=rows[~in_test & ~in_validation],
        validation=rows[in_validation],
        test=rows[in_test],
        groups=int((sizes > 1).sum()),
    )


def _in_order(groups: "Rows", asked: "NDArray[np.generic]", seed_text: str) -> tuple["Rows", "Rows"]:
    """An order of rows in which groups stand together, by the smallest hash of a prompt in them, and where
    each group begins; rows of a group keep their order."""
    import numpy as np

    places = np.asarray(asked, dtype=np.uint64) ^ np.uint64(xxhash.xxh3_64_intdigest(seed_text.encode()))
    places = (places ^ (places >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    places ^= places >> np.uint64(29)
    _, number = np.unique(groups, return_inverse=True)
    least = np.full(int(number.max()) + 1 if len(number) else 0, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, number, places)
    rank = np.empty(len(least), dtype=np.int64)
    rank[np.argsort(least, kind="stable")] = np.arange(len(least))
    order = np.argsort(rank[number], kind="stable")
    ordered = rank[number][order]
    begins = np.flatnonzero(
        np.concatenate((np.ones(1, np.bool_), ordered[1:] != ordered[:-1]))[: len(ordered)]
    )
    return order, begins


def _wanted(rows: int, share: float, least: int, most: int) -> int:
    return min(max(round(rows * share), least), most)


def _take(sizes: "NDArray[np.int64]", wanted: int, limits: SplitLimits) -> list[int]:
    """Groups with about `wanted` rows, in hash order, and never more than the train part can spare.

    A group too large for the part stays in train; when all are, the smallest is taken.
    """
    if wanted == 0 or len(sizes) < 2:
        return []
    room = min(wanted, int(sizes.sum()) * (1 - limits.train_least_share) / 2)
    most_groups = max(1, len(sizes) // 3)
    taken: list[int] = []
    count = 0
    for number, size in enumerate(sizes.tolist()):
        if count + size <= room:
            taken.append(number)
            count += size
        if count + 1 > room or len(taken) == most_groups:
            break
    return taken or [int(sizes.argmin())]
