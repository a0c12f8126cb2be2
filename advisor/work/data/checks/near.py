"""Rows that are nearly the same: banded MinHash signatures, candidates verified by exact Jaccard similarity.

Broder 1997, "On the resemblance and containment of documents"; banding as in Leskovec, Rajaraman, Ullman,
"Mining of Massive Datasets", chapter 3.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import xxhash

from advisor.work.data.checks.seen import Seen, counted, spoken
from advisor.work.data.examples import Example, digest, normalised
from heuristics.facts.data import CheckResult

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

SIMILAR = 0.8
PERMUTATIONS = 32
BAND = 4
SHINGLE = 3
_SHORT_TEXT = (12, 60)
"""Words of texts that are judged by their words when their answers agree."""
_CHANGED = 0.1
_COMPARED = 8
"""Earlier members of a bucket that each row is compared with: large buckets cost no more than small ones."""
_BATCH = 512
_SEED = 20_260_101
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def near_duplicates(seen: Seen) -> CheckResult:
    """Rows that could go because an earlier one has nearly the same words; exact repeats are not counted."""
    unique = list({each.content_key: each for each in reversed(seen.examples)}.values())[::-1]
    texts = [spoken(each) for each in unique]
    answers = [digest(normalised(each.answer)) if _one_turn(each) else f"row {each.line}" for each in unique]
    leaders = clusters(texts, answers)
    later = [index for index, leader in enumerate(leaders) if leader != index]
    groups = len({leaders[index] for index in later})
    detail = f"{groups:,} groups of rows alike" if later else ""
    return counted("near_duplicates", [unique[index] for index in later], len(seen.examples), detail)


def clusters(texts: Sequence[str], answers: Sequence[str]) -> list[int]:
    """For each text the first text of its group, itself when it stands alone.

    `answers` tells which rows have the same answer: those are alike also when few of their words differ.
    """
    parents = list(range(len(texts)))
    if len(texts) < 2:
        return parents
    words = _Words()
    shingles: dict[int, frozenset[int]] = {}

    def similar(first: int, second: int) -> bool:
        return _jaccard(*(_set(each, texts, words, shingles) for each in (first, second))) >= SIMILAR

    for first, second in _candidates(_signatures(texts, words)):
        one, other = _leader(parents, first), _leader(parents, second)
        if one == other:
            continue
        answered_alike = answers[first] == answers[second]
        if (answered_alike and _few_words_differ(texts[first], texts[second])) or similar(first, second):
            parents[max(one, other)] = min(one, other)
    return [_leader(parents, index) for index in range(len(texts))]


def _one_turn(example: Example) -> bool:
    """True for one question and one answer; longer talks share most of their words without being alike."""
    return sum(each.role == "user" for each in example.messages) == 1


class _Words(dict[str, int]):
    """Word -> 64-bit hash, computed once."""

    def __missing__(self, word: str) -> int:
        value = self[word] = xxhash.xxh3_64_intdigest(word.encode("utf-8", "surrogatepass"))
        return value

    def of(self, text: str) -> "Hashes":
        """Hashes of the words of a text, at least as many as one shingle has."""
        import numpy as np

        hashes = [self[word] for word in _WORD.findall(text.lower())]
        hashes += [0] * (SHINGLE - len(hashes))
        return np.array(hashes, dtype=np.uint64)


def _shingles(hashes: "Hashes") -> "Hashes":
    """One hash for each run of words."""
    import numpy as np

    factors = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
    size = len(hashes) - SHINGLE + 1
    total = hashes[:size] * factors[0]
    for place in range(1, SHINGLE):
        total = (
            total
            + (hashes[place : place + size] ^ (hashes[place : place + size] >> np.uint64(29)))
            * factors[place]
        )
    return np.asarray(total ^ (total >> np.uint64(32)), dtype=np.uint64)


def _signatures(texts: Sequence[str], words: _Words) -> "NDArray[np.uint32]":
    """One row of minima for each text, by multiply-shift hashing."""
    import numpy as np

    rng = np.random.default_rng(_SEED)
    factors = rng.integers(1, 2**63, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    offsets = rng.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64)
    signatures = np.empty((len(texts), PERMUTATIONS), dtype=np.uint32)
    for start in range(0, len(texts), _BATCH):
        runs = [_shingles(words.of(text)) for text in texts[start : start + _BATCH]]
        begins = np.concatenate(([0], np.cumsum([len(run) for run in runs])[:-1]))
        joined = np.concatenate(runs)
        for place in range(PERMUTATIONS):
            mixed = ((joined * factors[place] + offsets[place]) >> np.uint64(32)).astype(np.uint32)
            signatures[start : start + len(runs), place] = np.minimum.reduceat(mixed, begins)
    return signatures


def _candidates(signatures: "NDArray[np.uint32]") -> Iterator[tuple[int, int]]:
    """Pairs of rows that agree in a whole band: each with a few earlier ones of its bucket."""
    import numpy as np

    for start in range(0, PERMUTATIONS, BAND):
        band = np.ascontiguousarray(signatures[:, start : start + BAND]).view(f"V{4 * BAND}").ravel()
        _, bucket = np.unique(band, return_inverse=True)
        order = np.argsort(bucket, kind="stable")
        ends = np.flatnonzero(np.diff(bucket[order])) + 1
        for members in np.split(order, ends):
            if len(members) > 1:
                yield from _pairs(members.tolist())


def _pairs(members: list[int]) -> Iterator[tuple[int, int]]:
    for place, member in enumerate(members[1:], start=1):
        earlier = (
            members[: min(place, _COMPARED // 2)]
            + members[max(_COMPARED // 2, place - _COMPARED // 2) : place]
        )
        for other in earlier:
            yield other, member


def _leader(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


def _set(index: int, texts: Sequence[str], words: _Words, known: dict[int, frozenset[int]]) -> frozenset[int]:
    if index not in known:
        if len(known) > 4096:
            known.clear()
        known[index] = frozenset(_shingles(words.of(texts[index])).tolist())
    return known[index]


def _few_words_differ(first: str, second: str) -> bool:
    """True for short texts in which at most one word in ten was changed, and no number.

    Shingles are strict with short texts: one word of thirty changes three of twenty-eight.
    """
    one, other = Counter(_WORD.findall(first.lower())), Counter(_WORD.findall(second.lower()))
    words = min(one.total(), other.total())
    changed = (one - other) + (other - one)
    if not _SHORT_TEXT[0] <= words <= _SHORT_TEXT[1] or changed.total() > 2 * words * _CHANGED:
        return False
    return not any(character.isdigit() for word in changed for character in word)


def _jaccard(first: frozenset[int], second: frozenset[int]) -> float:
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)
