"""Facts about groups from the counts of a tally: shares with intervals, odds with corrected p values."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from advisor.work.data.bias.keys import NAMED, OUTCOME, ROWS, SENTENCES, WITH, counted, key
from advisor.work.data.bias.outcomes import lengths, rate_gaps
from advisor.work.data.bias.words import GroupLimits, group_words
from advisor.work.data.checks.batch import SHOWN, Tally
from heuristics.facts.bias import Association, BiasFacts, GroupMentions, RateGap
from heuristics.statistics import false_discovery, wilson

Counts = dict[str, Counter[str]]
"""Axis -> counts by group."""


def bias_facts(tally: Tally) -> BiasFacts:
    """Everything worth saying; groups with too few mentions are left out."""
    limits = group_words().limits
    sentences = _by_axis(tally, SENTENCES)
    pairs = list(_associations(tally, sentences, limits))
    gaps = list(rate_gaps(_by_axis(tally, NAMED), _outcomes(tally), limits))
    adjusted = false_discovery([*(each.p for each in pairs), *(each.p for each in gaps)])
    pairs = [replace(each, p=p) for each, p in zip(pairs, adjusted, strict=False)]
    gaps = [replace(each, p=p) for each, p in zip(gaps, adjusted[len(pairs) :], strict=True)]
    return BiasFacts(
        mentions=tuple(_mentions(sentences, _by_axis(tally, ROWS), limits)),
        associations=_telling(pairs, limits),
        rates=_wide(gaps, limits),
        lengths=tuple(lengths(tally, limits)),
        tests=len(adjusted),
    )


def log_odds(a: int, b: int, rest_a: int, rest_b: int) -> tuple[float, float]:
    """Log odds ratio of a 2 x 2 table, one half added to all, and its z value (Woolf 1955)."""
    cells = [each + 0.5 for each in (a, b, rest_a, rest_b)]
    odds = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return odds, odds / math.sqrt(sum(1 / each for each in cells))


def _mentions(sentences: Counts, rows: Counts, limits: GroupLimits) -> Iterator[GroupMentions]:
    for axis, groups in sentences.items():
        total = groups.total()
        for group, count in groups.most_common():
            if count >= limits.least_mentions:
                low, high = wilson(count, total)
                yield GroupMentions(axis, group, rows[axis][group], count, count / total, low, high)


def _associations(tally: Tally, sentences: Counts, limits: GroupLimits) -> Iterator[Association]:
    """Every word tested against every group; of an axis of two groups the more frequent one is tested."""
    words: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for (axis, group, word), count in counted(tally.kinds, WITH):
        words[axis][word][group] = count
    for axis, groups in sentences.items():
        total = groups.total()
        tested = groups.most_common(1 if len(groups) == 2 else None)
        for group, count in tested:
            if min(count, total - count) < limits.least_mentions:
                continue
            for word, named in words[axis].items():
                if named.total() < limits.least_sentences:
                    continue
                found = _association(tally, (axis, group, word), (count, total - count), named)
                others = [each for each in groups if each != group]
                yield replace(found, other=others[0]) if len(others) == 1 else found


def _association(
    tally: Tally, subject: tuple[str, str, str], totals: tuple[int, int], named: Counter[str]
) -> Association:
    axis, group, word = subject
    here, there = named[group], named.total() - named[group]
    odds, z = log_odds(here, there, totals[0] - here, totals[1] - there)
    places = [tally.places.get(key(WITH, axis, each, word), []) for each in named]
    lines = sorted({line for each in places for line in each})[:SHOWN]
    return Association(
        axis=axis,
        group=group,
        other="others",
        word=word,
        count=here,
        sentences=totals[0],
        other_count=there,
        other_sentences=totals[1],
        log_odds=odds,
        z=z,
        p=math.erfc(abs(z) / math.sqrt(2)),
        rows=tuple(lines),
    )


def _telling(pairs: Sequence[Association], limits: GroupLimits) -> tuple[Association, ...]:
    telling = [
        each
        for each in pairs
        if abs(each.log_odds) > limits.least_log_odds
        and abs(each.z) > limits.least_z
        and each.p < limits.false_discovery
    ]
    return tuple(sorted(telling, key=lambda each: (-abs(each.z), each.word)))


def _wide(gaps: Sequence[RateGap], limits: GroupLimits) -> tuple[RateGap, ...]:
    wide = [
        each
        for each in gaps
        if each.difference >= limits.least_difference and each.p < limits.false_discovery
    ]
    return tuple(sorted(wide, key=lambda each: (each.p, each.axis, each.outcome)))


def _by_axis(tally: Tally, kind: str) -> Counts:
    found: Counts = defaultdict(Counter)
    for (axis, group), count in counted(tally.kinds, kind):
        found[axis][group] = count
    return found


def _outcomes(tally: Tally) -> dict[tuple[str, str], Counter[str]]:
    """Axis and outcome -> rows by group."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (axis, group, outcome), count in counted(tally.kinds, OUTCOME):
        found[axis, outcome][group] = count
    return found
