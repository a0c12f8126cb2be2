"""Groups of people in the data: who is named how often, with what, and how their rows are answered."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from textual.content import Content

from advisor import numbers
from heuristics.facts.bias import Association, BiasFacts, GroupLength, GroupMentions, RateGap
from heuristics.facts.data import DataFacts
from screens.rows.pictures import bar, interval
from screens.rows.section import Row, Section, told
from screens.words import Detail, columns, heading, lines, muted, paragraphs

_LIMITS = (
    "These are differences in counts; whether one is a bias is for you to judge. The word lists know some "
    "groups and languages, not all; irony, quotation and context are not seen."
)
_ASSOCIATIONS = "bias-data.group_associations"
"""Its rows can be browsed: they are those of the check of this name."""
_SHOWN = 12
"""Words in one picture."""
_ROOM = 34
"""Cells that the names and figures beside a picture take."""


def bias_section(data: DataFacts) -> Section:
    """Who is named, then each kind of difference; empty where no group is named often enough."""
    facts = data.bias
    if facts is None or not facts.mentions:
        return Section("Groups of people", ())
    rows = [*_named(facts), _words(facts), *map(_gap, facts.rates), *_lengths(facts)]
    return Section("Groups of people", tuple(rows))


def _named(facts: BiasFacts) -> Iterator[Row]:
    """One row for each axis, such as gender, with the shares of its groups."""
    for axis, found in groupby(sorted(facts.mentions, key=_axis), key=_axis):
        groups = list(found)
        sentences = sum(each.sentences for each in groups)
        yield Row(
            f"bias-named-{axis}",
            f"Named by {_name(axis)}",
            f"{numbers.count(sentences)} sentences",
            ", ".join(f"{_name(each.group)} {numbers.share(each.share)}" for each in groups),
            detail=_named_detail(axis, groups),
        )


def _named_detail(axis: str, groups: Sequence[GroupMentions]) -> Detail:
    table = [("group", "sentences", "rows")]
    table += [(_name(each.group), numbers.count(each.sentences), numbers.count(each.rows)) for each in groups]

    def detail(width: int) -> Content:
        return paragraphs(
            [
                heading(f"Sentences that name one group by {_name(axis)}"),
                _bars([(_name(each.group), each.share, each.low, each.high) for each in groups], width),
                columns(table, right=frozenset((1, 2))),
                muted("Shares with their intervals at 95 %. Rarely named groups are left out."),
                muted(_LIMITS),
            ]
        )

    return detail


def _words(facts: BiasFacts) -> Row:
    found = facts.associations
    said = ", ".join(
        f"“{each.word}” {'more' if each.log_odds > 0 else 'less'} with {_name(each.group)}" for each in found
    )
    return Row(
        _ASSOCIATIONS,
        "Words by group",
        f"{numbers.count(len(found))} differences" if len(found) != 1 else "1 difference",
        said or f"none above chance in {numbers.count(facts.tests)} comparisons",
        detail=lambda width: _words_detail(facts, width),
        browsable=bool(found),
    )


def _words_detail(facts: BiasFacts, width: int) -> Content:
    found = facts.associations[:_SHOWN]
    chance = (
        f"{numbers.count(facts.tests)} comparisons were made and corrected for their number (Benjamini and "
        "Hochberg 1995); only differences that are large, certain and frequent enough are shown."
    )
    if not found:
        return paragraphs(
            [heading("Words by group"), "No difference above chance.", muted(chance), muted(_LIMITS)]
        )
    table = [("word", "with", "sentences", "against", "sentences")]
    table += [
        (
            each.word,
            _name(each.group),
            _of(each.count, each.sentences),
            _name(each.other),
            _of(each.other_count, each.other_sentences),
        )
        for each in found
    ]
    return paragraphs(
        [
            heading("Words that sentences hold more or less often with one group"),
            _odds(found, width),
            muted(
                "Log odds with their interval at 95 %; left of │: rarer with the group, right: more frequent."
            ),
            columns(table, right=frozenset((2, 4))),
            muted(chance),
            muted("b shows the rows"),
            muted(_LIMITS),
        ]
    )


def _odds(found: Sequence[Association], width: int) -> Content:
    """Each log odds ratio on one scale around zero."""
    names = [f"{each.word}, {_name(each.group)}" for each in found]
    longest = min(30, max(map(len, names)))
    most = max(abs(end) for each in found for end in each.interval)
    room = max(12, min(48, width - longest - 8))
    return lines(
        Content.assemble(
            f"{name[:longest]:<{longest}} ",
            (_odds_interval(each, most, room), "$text-primary"),
            f" {each.log_odds:+.1f}",
        )
        for name, each in zip(names, found, strict=True)
    )


def _odds_interval(each: Association, most: float, room: int) -> str:
    low, high = each.interval
    return interval(low, each.log_odds, high, -most, most, room)


def _gap(gap: RateGap) -> Row:
    most, least = gap.groups[0], gap.groups[-1]
    return Row(
        f"bias-rate-{gap.axis}-{gap.outcome}",
        f"{gap.outcome[:1].upper()}{gap.outcome[1:]} by {_name(gap.axis)}",
        f"{numbers.share(most.rate)} and {numbers.share(least.rate)}",
        f"of rows naming {_name(most.group)} and {_name(least.group)}",
        detail=lambda width: _gap_detail(gap, width),
    )


def _gap_detail(gap: RateGap, width: int) -> Content:
    table = [("group", "rows")]
    table += [(_name(each.group), numbers.count(each.rows)) for each in gap.groups]
    return paragraphs(
        [
            heading(f"How often rows that name one group by {_name(gap.axis)} have: {gap.outcome}"),
            _bars([(_name(each.group), each.rate, each.low, each.high) for each in gap.groups], width),
            columns(table, right=frozenset((1,))),
            f"The largest difference is {numbers.share(gap.difference)} of rows. Chance gives one as large "
            f"with a probability of {gap.p:.2g}, corrected for all comparisons.",
            muted("Rates with their intervals at 95 % (Wilson 1927). Rarely named groups are left out."),
            muted(_LIMITS),
        ]
    )


def _lengths(facts: BiasFacts) -> Iterator[Row]:
    """One row for each axis of which two groups are named often enough."""
    for axis, found in groupby(sorted(facts.lengths, key=_axis), key=_axis):
        groups = list(found)
        yield Row(
            f"bias-length-{axis}",
            f"Answers by {_name(axis)}",
            f"{len(groups)} groups",
            ", ".join(f"{_name(each.group)} {each.words:.0f} words" for each in groups),
            detail=_lengths_detail(axis, groups),
        )


def _lengths_detail(axis: str, groups: Sequence[GroupLength]) -> Detail:
    table = [("group", "words", "interval at 95 %", "rows")]
    table += [
        (
            _name(each.group),
            f"{each.words:.0f}",
            f"{each.low:.0f} to {each.high:.0f}",
            numbers.count(each.rows),
        )
        for each in groups
    ]
    return told(
        heading(f"Mean length of answers in rows that name one group by {_name(axis)}"),
        columns(table, right=frozenset((1, 2, 3))),
        "Intervals that do not touch are a difference; the questions may differ too.",
        muted(_LIMITS),
    )


def _bars(shares: Sequence[tuple[str, float, float, float]], width: int) -> Content:
    """Name, bar, share and interval of each, one under the other."""
    longest = max(len(name) for name, *_ in shares)
    room = max(8, min(40, width - longest - _ROOM))
    return lines(
        Content.assemble(
            f"{name:<{longest}} ",
            (bar(share, room), "$text-primary"),
            f" {numbers.share(share):>6}  ({numbers.share(low)} to {numbers.share(high)})",
        )
        for name, share, low, high in shares
    )


def _of(count: int, total: int) -> str:
    return f"{numbers.count(count)} of {numbers.count(total)}"


def _axis(each: GroupMentions | GroupLength) -> str:
    return each.axis


def _name(group: str) -> str:
    return group.replace("_", " ")
