"""Divides examples into train, validation and test by a hash of what they ask."""

from dataclasses import dataclass

from advisor.work.data.examples import Example, digest
from advisor.work.data.limits import SplitLimits, data_limits
from heuristics.facts.data import SplitFacts


@dataclass(frozen=True, slots=True)
class Splits:
    """Three parts that share no prompt."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    test: tuple[Example, ...]
    facts: SplitFacts


def split(
    examples: tuple[Example, ...],
    eval_examples: tuple[Example, ...] | None,
    seed_text: str = "",
    test_source: str = "held out",
) -> Splits:
    """Divide by the hash of the normalised prompt.

    Rows with one prompt stay together; the place of a prompt does not depend on the order of rows, and hardly
    on which other rows there are; exact duplicates are kept once. `eval_examples`, when given, are the test
    part, and rows that ask the same are removed from the others.
    """
    limits = data_limits().split
    asked = {each.key for each in eval_examples} if eval_examples is not None else set()
    groups = _groups(examples, seed_text, asked)
    test_rows = (
        0
        if eval_examples is not None
        else _wanted(groups, limits.test_share, limits.test_least, limits.test_most)
    )
    test_groups = _take(groups, test_rows, limits)
    rest = _without(groups, test_groups)
    validation_rows = _wanted(
        groups, limits.validation_share, limits.validation_least, limits.validation_most
    )
    validation_groups = _take(rest, validation_rows, limits)
    train = _in_order(_without(rest, validation_groups))
    validation = _in_order(validation_groups)
    test = _once(eval_examples) if eval_examples is not None else _in_order(test_groups)
    facts = SplitFacts(
        train=len(train),
        validation=len(validation),
        test=len(test),
        test_source=test_source,
        groups=sum(len(group) > 1 for group in groups),
    )
    return Splits(train, validation, test, facts)


def _once(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """Exact duplicates kept once, the first of them."""
    return tuple({each.content_key: each for each in reversed(examples)}.values())[::-1]


def _groups(examples: tuple[Example, ...], seed_text: str, asked: set[str]) -> list[list[Example]]:
    """Rows with one prompt each, in the order of their hash."""
    groups: dict[str, list[Example]] = {}
    for each in _once(examples):
        key = each.key
        if key not in asked:
            groups.setdefault(digest(seed_text + key), []).append(each)
    return [groups[key] for key in sorted(groups)]


def _wanted(groups: list[list[Example]], share: float, least: int, most: int) -> int:
    rows = sum(len(group) for group in groups)
    return min(max(round(rows * share), least), most)


def _take(groups: list[list[Example]], wanted: int, limits: SplitLimits) -> list[list[Example]]:
    """Groups with about `wanted` rows, in hash order, and never more than the train part can spare.

    A group too large for the part stays in train; when all are, the smallest is taken.
    """
    if wanted == 0 or len(groups) < 2:
        return []
    rows = sum(len(group) for group in groups)
    room = min(wanted, rows * (1 - limits.train_least_share) / 2)
    most_groups = max(1, len(groups) // 3)
    taken: list[list[Example]] = []
    count = 0
    for group in groups:
        if count + len(group) <= room:
            taken.append(group)
            count += len(group)
        if count + 1 > room or len(taken) == most_groups:
            break
    return taken or [min(groups, key=len)]


def _without(groups: list[list[Example]], taken: list[list[Example]]) -> list[list[Example]]:
    gone = {id(group) for group in taken}
    return [group for group in groups if id(group) not in gone]


def _in_order(groups: list[list[Example]]) -> tuple[Example, ...]:
    return tuple(each for group in groups for each in group)
