"""Which rows are left out because of other rows: copies, near copies, conflicting answers."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from advisor.work.data.checks.near import clusters
from advisor.work.data.checks.seen import spoken
from advisor.work.data.examples import Example, digest, normalised
from heuristics.facts.cleaning import NEAR_SIMILARITY, Cleaning

Dropped = dict[int, int]
"""Place of a row left out -> line of the row that stays in its stead, 0 when there is none."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that is still in, with its place in the file."""

    place: int
    example: Example


Judge = Callable[[Sequence[Kept], Cleaning], Dropped]


def exact_copies(rows: Sequence[Kept], _cleaning: Cleaning) -> Dropped:
    """Rows that equal an earlier row but for case and white space."""
    first: dict[str, int] = {}
    dropped: Dropped = {}
    for each in rows:
        line = first.setdefault(each.example.content_key, each.example.line)
        if line != each.example.line:
            dropped[each.place] = line
    return dropped


def conflicts(rows: Sequence[Kept], cleaning: Cleaning) -> Dropped:
    """Rows of prompts with several answers; with "majority" only those without the commonest answer.

    Of equally common answers the earliest counts as the commonest.
    """
    groups: dict[str, list[Kept]] = defaultdict(list)
    for each in rows:
        if each.example.text is None:
            groups[each.example.key].append(each)
    dropped: Dropped = {}
    for group in groups.values():
        answers = Counter(normalised(each.example.answer) for each in group)
        if len(answers) < 2:
            continue
        (common, _), *_ = answers.most_common(1)
        stays = next(each for each in group if normalised(each.example.answer) == common)
        for each in group:
            if cleaning.conflicts == "drop":
                dropped[each.place] = 0
            elif normalised(each.example.answer) != common:
                dropped[each.place] = stays.example.line
    return dropped


def near_copies(rows: Sequence[Kept], cleaning: Cleaning) -> Dropped:
    """Rows that nearly equal an earlier one, found again among those that stay until none is left."""
    dropped: Dropped = {}
    left = list(rows)
    while True:
        texts = [spoken(each.example) for each in left]
        answers = [_answer(each.example) for each in left]
        found = {
            left[place].place: left[leader].example.line
            for place, leader in enumerate(clusters(texts, answers))
            if leader != place and _similar_enough(texts[leader], texts[place], cleaning.near_similarity)
        }
        if not found:
            return dropped
        dropped |= found
        left = [each for each in left if each.place not in found]


WHOLE: dict[str, Judge] = {
    "exact_duplicates": exact_copies,
    "conflicts": conflicts,
    "near_duplicates": near_copies,
}
"""Name of a fix -> how it judges all rows that are still in; in the order of application."""


def similarity(first: str, second: str) -> float:
    """Shared runs of three words over all runs of three words of both texts, 0 to 1 (Jaccard)."""
    one, other = _runs(first), _runs(second)
    return len(one & other) / len(one | other)


def _similar_enough(first: str, second: str, least: float) -> bool:
    return least <= NEAR_SIMILARITY or similarity(first, second) >= least


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.casefold().split()
    return {tuple(words[place : place + 3]) for place in range(max(1, len(words) - 2))}


def _answer(example: Example) -> str:
    """What tells rows with the same answer; talks share most of their words without being alike."""
    if sum(each.role == "user" for each in example.messages) == 1:
        return digest(normalised(example.answer))
    return f"row {example.line}"
