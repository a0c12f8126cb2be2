"""Counts the sentences that name a group of people, and what else they and their rows hold."""

import re
from functools import cache
from typing import TYPE_CHECKING

from advisor.work.data.bias.facts import bias_facts
from advisor.work.data.bias.keys import LENGTH, NAMED, OUTCOME, REFUSAL, ROWS, SENTENCES, SQUARES, WITH, key
from advisor.work.data.bias.words import group_words
from advisor.work.data.checks.batch import SHOWN, Batch, Tally
from advisor.work.data.checks.labelled import are_labels
from advisor.work.data.checks.phrases import refuses
from heuristics.facts.data import CheckResult

if TYPE_CHECKING:
    import polars as pl

_END = r"[.!?\n]"
_LABELS = 50
_ONE_GROUP = ("row", "axis")


class GroupAssociations:
    """Words and fields of life that sentences name with one group far more than with the rest of its axis.

    Its tally also holds the counts from which the facts about rates and lengths are made.
    """

    name = "group_associations"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        tally = Tally(total=batch.frame.height)
        tokens = _tokens(batch)
        groups = tokens.join(_groups(), on="token").unique(("sentence", "axis", "group"))
        if not groups.height:
            return tally
        alone = groups.filter(pl.len().over("sentence", "axis") == 1)
        rows = groups.unique(("row", "axis", "group"))
        _add(tally, rows.group_by("axis", "group").len(), ROWS)
        _add(tally, alone.group_by("axis", "group").len(), SENTENCES)
        spoken = tokens.join(_spoken(), on="token").unique(("sentence", "word"))
        lines = batch.frame.select("line", row=pl.int_range(pl.len(), dtype=pl.UInt32))
        pairs = (
            alone.join(spoken.select("sentence", "word"), on="sentence").join(lines, on="row").sort("line")
        )
        counted = pairs.group_by("axis", "group", "word", maintain_order=True).agg(
            len=pl.len(), lines=pl.col("line").unique(maintain_order=True).head(SHOWN)
        )
        _add(tally, counted, WITH)
        for axis, group, word, _, first in counted.iter_rows():
            tally.places[key(WITH, axis, group, word)] = first
        _add_outcomes(tally, batch, rows.filter(pl.len().over(*_ONE_GROUP) == 1))
        return tally

    def result(self, tally: Tally) -> CheckResult:
        found = bias_facts(tally).associations
        tally.count = sum(each.count for each in found)
        tally.rows = sorted({line for each in found for line in each.rows})[:SHOWN]
        return tally.result(self.name, "; ".join(f"{each.group}: “{each.word}”" for each in found))


def _tokens(batch: Batch) -> "pl.DataFrame":
    """Words of our lists and ends of sentences in the order of the text: row, sentence, token.

    Only of rows that name a group: all else says nothing about groups.
    """
    import polars as pl

    rows = batch.frame.select("text", row=pl.int_range(pl.len(), dtype=pl.UInt32))
    named = rows.filter(pl.Series(batch.glance.saying(_first_words())))
    named = named.filter(pl.col("text").str.to_lowercase().str.contains(_group_pattern()))
    found = named.select("row", token=pl.col("text").str.to_lowercase().str.extract_all(_pattern()))
    tokens = found.explode("token").drop_nulls()
    ends = pl.col("token").is_in([".", "!", "?", "\n"])
    return tokens.with_columns(sentence=ends.cum_sum() + pl.col("row"))


@cache
def _pattern() -> str:
    """All words, longer ones first; word bounds are those of ASCII, which is several times faster."""
    words = {word for list_ in group_words().domains.values() for word in list_}
    return f"{_any_of(_group_names() | words)}|{_END}"


@cache
def _group_pattern() -> str:
    """The words for groups alone."""
    return _any_of(_group_names())


@cache
def _first_words() -> frozenset[str]:
    """The words with which names of groups begin: some are several."""
    return frozenset(re.split(r"[^a-z0-9_]", each)[0] for each in _group_names())


def _group_names() -> set[str]:
    return {word for groups in group_words().axes.values() for list_ in groups.values() for word in list_}


def _any_of(words: set[str]) -> str:
    listed = "|".join(re.escape(each) for each in sorted(words, key=lambda each: (-len(each), each)))
    return rf"(?-u:\b)(?:{listed})(?-u:\b)"


@cache
def _groups() -> "pl.DataFrame":
    import polars as pl

    known = [
        (word, axis, group)
        for axis, groups in group_words().axes.items()
        for group, words in groups.items()
        for word in words
    ]
    return pl.DataFrame(known, schema=("token", "axis", "group"), orient="row")


@cache
def _spoken() -> "pl.DataFrame":
    """Every word of a field of life, under its own name and under that of the field."""
    import polars as pl

    known = [
        (word, name)
        for field, words in group_words().domains.items()
        for word in words
        for name in (word, field)
    ]
    return pl.DataFrame(known, schema=("token", "word"), orient="row")


def _add(tally: Tally, counts: "pl.DataFrame", kind: str) -> None:
    names = [each for each in counts.columns if each not in ("len", "lines")]
    for *parts, count in counts.select(*names, "len").iter_rows():
        tally.kinds[key(kind, *parts)] += count


def _add_outcomes(tally: Tally, batch: Batch, rows: "pl.DataFrame") -> None:
    """How rows that name one group of an axis are answered: refused, with which label, how long."""
    import polars as pl

    if batch.format.name == "text":
        return
    answer = pl.col("answer")
    answers = batch.frame.select("answer", row=pl.int_range(pl.len(), dtype=pl.UInt32))
    told = rows.join(
        answers.join(rows.select("row").unique(), on="row", how="semi").select(
            "row",
            label=answer.str.strip_chars(),
            refused=refuses(answer),
            words=answer.str.count_matches(r"\S+").cast(pl.Int64),
        ),
        on="row",
    )
    by = ("axis", "group")
    _add(tally, told.group_by(*by).len(), NAMED)
    if are_labels(batch.frame["answer"].str.strip_chars(), _LABELS):
        outcomes = told.with_columns(outcome=pl.lit("label ") + pl.col("label"))
        _add(tally, outcomes.group_by(*by, "outcome").len(), OUTCOME)
        return
    refused = told.filter("refused").with_columns(outcome=pl.lit(REFUSAL))
    _add(tally, refused.group_by(*by, "outcome").len(), OUTCOME)
    _add(tally, told.group_by(*by).agg(len=pl.col("words").sum()), LENGTH)
    _add(tally, told.group_by(*by).agg(len=(pl.col("words") ** 2).sum()), SQUARES)
