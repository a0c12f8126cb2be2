"""Words for groups of people that keep company with some roles more than with others."""

import math
import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from advisor.preset_file import read_preset
from advisor.work.data.checks.batch import SHOWN, Batch, Tally
from heuristics.facts.data import CheckResult

_SENTENCE = re.compile(r"[^.!?\n]+")
_WORD = re.compile(r"[^\W\d_]+")
_JOIN = "\x1f"
_SENTENCES = "\x00"


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


class GroupSkew:
    """Rows in whose sentences a role goes with one group far more often than the group's share explains."""

    name = "group_skew"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        tally = Tally(total=batch.frame.height)
        words = group_words()
        for axis, groups in words.axes.items():
            pattern = f"(?i)\\b(?:{'|'.join(each for list_ in groups.values() for each in list_)})\\b"
            rows = batch.frame.filter(pl.col("text").str.contains(pattern))
            for line, text in zip(rows["line"], rows["text"], strict=True):
                _count_row(tally, axis, groups, line, text)
        return tally

    def result(self, tally: Tally) -> CheckResult:
        said: list[tuple[float, str]] = []
        telling: set[tuple[str, str]] = set()
        for axis, groups in group_words().axes.items():
            if len(groups) == 2:
                found = _telling(tally, axis, *groups)
                telling.update((axis, name) for name in found)
                said += found.values()
        lines: set[int] = set()
        for kind in tally.places:
            axis, *names = kind.split(_JOIN)
            if any((axis, name) in telling for name in names):
                tally.count += tally.kinds[kind]
                lines.update(tally.places[kind])
        tally.rows = sorted(lines)[:SHOWN]
        return tally.result(self.name, "; ".join(text for _, text in sorted(said, reverse=True)))


def log_odds(a: int, b: int, rest_a: int, rest_b: int) -> tuple[float, float]:
    """Log odds ratio of a 2 x 2 table, one half added to all, and its z value (Woolf 1955)."""
    cells = [each + 0.5 for each in (a, b, rest_a, rest_b)]
    odds = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return odds, odds / math.sqrt(sum(1 / each for each in cells))


@cache
def group_words() -> GroupWords:
    """The word lists, read once."""
    return read_preset("groups.toml", GroupWords)


def _telling(tally: Tally, axis: str, first: str, second: str) -> dict[str, tuple[float, str]]:
    """Role words and fields of one axis that go with one group: how sure, and in words."""
    limits = group_words().limits
    totals = [tally.kinds[_JOIN.join((axis, _SENTENCES, each))] for each in (first, second)]
    found: dict[str, tuple[float, str]] = {}
    if min(totals) < limits.least_mentions:
        return found
    for name in {*_fields(), *_fields().values()}:
        a, b = (tally.kinds[_JOIN.join((axis, _SENTENCES, each, name))] for each in (first, second))
        odds, z = log_odds(a, b, totals[0] - a, totals[1] - b)
        telling = abs(odds) >= limits.least_log_odds and abs(z) >= limits.least_z
        if a + b >= limits.least_sentences and telling:
            found[name] = abs(z), f"“{name}”: {a:,} with {first} words, {b:,} with {second}"
    return found


def _count_row(tally: Tally, axis: str, groups: dict[str, tuple[str, ...]], line: int, text: str) -> None:
    """Count the sentences of each group in one row, and in how many of them each role is named."""
    group_of = {word: group for group, list_ in groups.items() for word in list_}
    fields = _fields()
    named_in_row: set[str] = set()
    for sentence in _SENTENCE.findall(text.lower()):
        words = set(_WORD.findall(sentence))
        named = {group_of[word] for word in words & group_of.keys()}
        if len(named) != 1:
            continue
        group = named.pop()
        tally.kinds[_JOIN.join((axis, _SENTENCES, group))] += 1
        roles = words & fields.keys()
        for name in roles | {fields[word] for word in roles}:
            tally.kinds[_JOIN.join((axis, _SENTENCES, group, name))] += 1
            named_in_row.add(name)
    if named_in_row:
        kind = _JOIN.join((axis, *sorted(named_in_row)))
        tally.kinds[kind] += 1
        lines = tally.places.setdefault(kind, [])
        if len(lines) < SHOWN:
            lines.append(line)


@cache
def _fields() -> dict[str, str]:
    """Role word -> field of life."""
    return {word: name for name, list_ in group_words().domains.items() for word in list_}
