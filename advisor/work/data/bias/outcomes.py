"""How rows that name one group are answered, beside rows that name another."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from statistics import NormalDist

from advisor.work.data.bias.keys import LENGTH, NAMED, SQUARES, counted, key
from advisor.work.data.bias.words import GroupLimits
from advisor.work.data.checks.batch import Tally
from heuristics.facts.bias import GroupLength, GroupRate, RateGap
from heuristics.statistics import two_shares, wilson


def rate_gaps(
    named: Mapping[str, Counter[str]], outcomes: Mapping[tuple[str, str], Counter[str]], limits: GroupLimits
) -> Iterator[RateGap]:
    """For each outcome the rates of an axis's groups, tested once: the largest against the smallest."""
    for (axis, outcome), happened in outcomes.items():
        rows = {group: count for group, count in named[axis].items() if count >= limits.least_mentions}
        if len(rows) < 2 or happened.total() < limits.least_sentences:
            continue
        difference, ratio = disparity(rows, happened)
        rates = [
            GroupRate(group, n, happened[group] / n, *wilson(happened[group], n)) for group, n in rows.items()
        ]
        rates.sort(key=lambda each: (-each.rate, each.group))
        most, least = rates[0].group, rates[-1].group
        p = two_shares((happened[most], rows[most]), (happened[least], rows[least]))
        yield RateGap(axis, outcome, tuple(rates), difference, ratio, p)


def disparity(rows: Mapping[str, int], happened: Mapping[str, int]) -> tuple[float, float]:
    """Difference and ratio between groups of the rate of an outcome, by Fairlearn's metric frame.

    Rows with the same group and outcome are one weighted row of the frame, so that its cost does not grow
    with the data. The ratio is 1 when the outcome never happens.
    """
    from fairlearn.metrics import MetricFrame, selection_rate

    cells = [(group, chosen) for group in rows for chosen in (1, 0)]
    weights = [happened[group] if chosen else rows[group] - happened[group] for group, chosen in cells]
    chosen = [each for _, each in cells]
    frame = MetricFrame(
        metrics=selection_rate,
        y_true=chosen,
        y_pred=chosen,
        sensitive_features=[group for group, _ in cells],
        sample_params={"sample_weight": weights},
    )
    ratio = float(frame.ratio())
    return float(frame.difference()), 1.0 if math.isnan(ratio) else ratio


def lengths(tally: Tally, limits: GroupLimits) -> Iterator[GroupLength]:
    """Mean number of words of each group's answers, where at least two groups of the axis are frequent; the
    groups of one axis follow each other."""
    rows = {(axis, group): count for (axis, group), count in counted(tally.kinds, NAMED)}
    frequent = {each: count for each, count in rows.items() if count >= limits.least_mentions}
    axes = Counter(axis for axis, _ in frequent)
    z = NormalDist().inv_cdf(0.975)
    for (axis, group), count in sorted(frequent.items(), key=lambda each: each[0][0]):
        words = tally.kinds[key(LENGTH, axis, group)]
        if axes[axis] < 2 or not words:
            continue
        mean = words / count
        variance = max(0.0, tally.kinds[key(SQUARES, axis, group)] / count - mean**2)
        half = z * math.sqrt(variance / count)
        yield GroupLength(axis, group, count, mean, max(0.0, mean - half), mean + half)
