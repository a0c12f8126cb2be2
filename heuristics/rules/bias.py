"""Rules about differences between groups of people."""

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding
from heuristics.limits import Limits
from heuristics.rules.judged import DataRule, judged


def group_skew(data: DataFacts, limits: Limits) -> Finding | None:
    """People of one group appear in other roles than those of another."""
    return judged(
        data,
        "group_skew",
        "name people of one group in roles that another group seldom has",
        "The tuned model is likely to repeat the pattern.",
        "Look at the rows; add counter-examples or make the roles neutral.",
        (0.0, None),
    )


BIAS_RULES: tuple[DataRule, ...] = (group_skew,)
