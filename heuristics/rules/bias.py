"""Rules about differences between groups of people: they say "difference", with counts and uncertainty."""

from heuristics.facts.bias import Association, GroupLength, GroupRate, RateGap
from heuristics.facts.data import DataFacts
from heuristics.finding import Finding, Level
from heuristics.rules.judged import DataRule
from heuristics.thresholds.limits import Limits
from heuristics.words import percent

_SHOWN = 5


def group_associations(data: DataFacts, limits: Limits) -> Finding | None:
    """Words that go with one group of people far more than with the others."""
    found = data.bias.associations if data.bias is not None else ()
    if not found:
        return None
    result = data.check("group_associations")
    first = found[0]
    headline = (
        f"A difference between groups: {_in_words(first)}"
        if len(found) == 1
        else f"{len(found)} differences in what groups of people are named with"
    )
    said = "; ".join(
        f"{_in_words(each)}, log odds {each.log_odds:+.1f}, z {each.z:+.1f}" for each in found[:_SHOWN]
    )
    return Finding(
        "data.group_associations",
        Level.RISK,
        headline,
        f"{said}. A tuned model is likely to repeat the pattern.",
        "Look at the rows; add counter-examples or make them neutral, where the difference is not meant.",
        "Benjamini & Hochberg 1995, over all words and groups",
        rows=result.rows if result is not None else first.rows,
        examples=result.examples if result is not None else (),
    )


def group_rates(data: DataFacts, limits: Limits) -> Finding | None:
    """Outcomes that are more frequent in rows of one group than of another."""
    found = data.bias.rates if data.bias is not None else ()
    if not found:
        return None
    return Finding(
        "data.group_rates",
        Level.RISK,
        f"{_gap(found[0])}"
        if len(found) == 1
        else f"{len(found)} differences in how rows about groups are answered",
        f"{'; '.join(map(_gap, found[:_SHOWN]))}. The tuned model is likely to answer so too.",
        "Look whether the rows differ in more than the group; balance them where they should not.",
        count=len(found),
    )


def group_lengths(data: DataFacts, limits: Limits) -> Finding | None:
    """Answers that are far longer for one group than for another."""
    by_axis: dict[str, list[GroupLength]] = {}
    for each in data.bias.lengths if data.bias is not None else ():
        by_axis.setdefault(each.axis, []).append(each)
    wide = []
    for groups in by_axis.values():
        short, long = min(groups, key=lambda each: each.words), max(groups, key=lambda each: each.words)
        if short.high < long.low and long.words >= short.words * limits.checks.group_length_ratio_risk:
            wide.append(f"{_mean(long)} against {_mean(short)}")
    if not wide:
        return None
    return Finding(
        "data.group_lengths",
        Level.RISK,
        f"Answers differ in length: {wide[0]}",
        f"{'; '.join(wide)}. The tuned model may say more about one group than about the other.",
        "Look whether the questions differ too.",
        count=len(wide),
    )


def group_mentions(data: DataFacts, limits: Limits) -> Finding | None:
    """Who is named how often; for review."""
    mentions = data.bias.mentions if data.bias is not None else ()
    if not mentions:
        return None
    axes = dict.fromkeys(each.axis for each in mentions)
    said = [
        ", ".join(
            f"{_name(each.group)} {each.sentences:,} ({percent(each.low)} to {percent(each.high)})"
            for each in mentions
            if each.axis == axis
        )
        for axis in axes
    ]
    return Finding(
        "data.group_mentions",
        Level.OK,
        f"Sentences that name people by {', '.join(axes)} were counted",
        f"Sentences with one group, and its share at 95 %: {'; '.join(said)}.",
        "Compare with who should be named; add rows about those who are missing.",
        count=len(mentions),
    )


def _in_words(found: Association) -> str:
    return (
        f"“{found.word}” in {found.count:,} of {found.sentences:,} sentences with {_name(found.group)}, "
        f"in {found.other_count:,} of {found.other_sentences:,} with {_name(found.other)}"
    )


def _gap(gap: RateGap) -> str:
    return f"{gap.outcome} in {_rate(gap.groups[0])} and in {_rate(gap.groups[-1])}"


def _rate(group: GroupRate) -> str:
    interval = f"{percent(group.low)} to {percent(group.high)}"
    return f"{percent(group.rate)} ({interval}) of {group.rows:,} rows naming {_name(group.group)}"


def _mean(length: GroupLength) -> str:
    interval = f"{length.low:.0f} to {length.high:.0f}"
    return f"{length.words:.0f} words ({interval}) in {length.rows:,} rows naming {_name(length.group)}"


def _name(group: str) -> str:
    return group.replace("_", " ")


BIAS_RULES: tuple[DataRule, ...] = (group_associations, group_rates, group_lengths, group_mentions)
