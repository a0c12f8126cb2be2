"""Words for groups of people that keep company with some roles more than with others."""

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from pydantic import BaseModel, ConfigDict

from advisor.preset_file import read_preset
from advisor.work.data.checks.seen import Seen, counted, spoken
from advisor.work.data.examples import Example
from heuristics.facts.data import CheckResult

_SENTENCE = re.compile(r"[^.!?\n]+")
_WORD = re.compile(r"[^\W\d_]+")


class SkewLimits(BaseModel):
    """From when a difference is worth saying."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_sentences: int
    least_log_odds: float
    least_z: float
    least_mentions: int


class GroupWords(BaseModel):
    """Everything that `groups.toml` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    date: str
    limits: SkewLimits
    axes: dict[str, dict[str, tuple[str, ...]]]
    """Axis -> group -> words."""
    domains: dict[str, tuple[str, ...]]
    """Field of life -> role words."""


@dataclass(slots=True)
class _Table:
    """Sentences with one role word or field, by group, and the rows they stand in."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rows: dict[int, Example] = field(default_factory=dict)


def group_skew(seen: Seen) -> CheckResult:
    """Rows in whose sentences a role goes with one group far more often than the group's share explains."""
    words = group_words()
    limits = words.limits
    concerned: dict[int, Example] = {}
    said = []
    for groups in words.axes.values():
        totals, tables = _count(seen, groups)
        if len(groups) != 2 or min(totals.values()) < limits.least_mentions:
            continue
        first, second = groups
        found = []
        for name, table in tables.items():
            a, b = table.counts[first], table.counts[second]
            odds, z = log_odds(a, b, totals[first] - a, totals[second] - b)
            telling = abs(odds) >= limits.least_log_odds and abs(z) >= limits.least_z
            if a + b >= limits.least_sentences and telling:
                found.append((abs(z), f"“{name}”: {a:,} with {first} words, {b:,} with {second}"))
                concerned.update(table.rows)
        said += [text for _, text in sorted(found, reverse=True)]
    rows = [concerned[line] for line in sorted(concerned)]
    return counted("group_skew", rows, len(seen.examples), "; ".join(said))


def log_odds(a: int, b: int, rest_a: int, rest_b: int) -> tuple[float, float]:
    """Log odds ratio of a 2 x 2 table, one half added to all, and its z value (Woolf 1955)."""
    cells = [each + 0.5 for each in (a, b, rest_a, rest_b)]
    odds = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return odds, odds / math.sqrt(sum(1 / each for each in cells))


@cache
def group_words() -> GroupWords:
    """The word lists, read once."""
    return read_preset("groups.toml", GroupWords)


def _count(seen: Seen, groups: dict[str, tuple[str, ...]]) -> tuple[dict[str, int], dict[str, _Table]]:
    """Sentences of each group, and a table for every role word and every field."""
    group_of = {word: group for group, list_ in groups.items() for word in list_}
    field_of = {word: name for name, list_ in group_words().domains.items() for word in list_}
    totals = dict.fromkeys(groups, 0)
    tables: dict[str, _Table] = defaultdict(_Table)
    for each in seen.examples:
        for sentence in _SENTENCE.findall(spoken(each).lower()):
            words = set(_WORD.findall(sentence))
            named = {group_of[word] for word in words & group_of.keys()}
            if len(named) != 1:
                continue
            group = named.pop()
            totals[group] += 1
            roles = words & field_of.keys()
            for name in roles | {field_of[word] for word in roles}:
                tables[name].counts[group] += 1
                tables[name].rows[each.line] = each
    return totals, tables
