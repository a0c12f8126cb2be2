"""Rules about the goal: is fine-tuning the right tool, and can this goal be measured?"""

from collections.abc import Callable

from heuristics.finding import Finding, Level
from heuristics.known import Known
from heuristics.thresholds.limits import Limits
from heuristics.words import rows

GUIDE = "OpenAI fine-tuning guide"


def right_tool(known: Known, limits: Limits) -> Finding | None:
    """What fine-tuning is good for, for this kind of task."""
    goal = known.goal
    if goal.task == "continue":
        return Finding(
            "goal.right_tool",
            Level.RISK,
            "Raw text teaches style and vocabulary, hardly facts",
            "Looking facts up at answer time beat training on raw text in every published comparison, "
            "and facts go out of date.",
            "For knowledge, use retrieval; go on if style or domain language is the aim.",
            "Ovadia et al. 2312.05934; Gekhman et al. 2405.05904",
        )
    if goal.task in ("answer", "chat") and known.data is not None and not known.data.short_answers:
        return Finding(
            "goal.right_tool",
            Level.OK,
            "Fine-tuning suits a stable form, tone or skill; new facts need retrieval",
            "Models learn unknown facts slowly, and make up more once they have.",
            "Try the best prompt with 3 to 5 examples first; if that is enough, stay with it.",
            f"{GUIDE}; Gekhman et al. 2405.05904",
        )
    return Finding(
        "goal.right_tool",
        Level.OK,
        "Fine-tuning suits this: a narrow task with a fixed form of answer",
        "Choosing labels, filling structures and keeping a style are what it does best.",
        "Try the best prompt with 3 to 5 examples first; if that is enough, stay with it.",
        GUIDE,
    )


def metric_fits(known: Known, limits: Limits) -> Finding | None:
    """Exact match makes sense for short answers only."""
    data, goal = known.data, known.goal
    if data is None or goal.metric != "exact_match" or data.short_answers or data.labels:
        return None
    return Finding(
        "goal.metric",
        Level.RISK,
        "Exact match suits short answers; these are long",
        "Hardly any long answer is repeated word for word, so the gain will be near zero whatever is learnt.",
        "Choose loss as the metric, or shorten the answers.",
    )


def testable(known: Known, limits: Limits) -> Finding | None:
    """Too few test rows cannot resolve the smallest gain that matters."""
    split = known.data.split if known.data is not None else None
    if split is None or split.test >= limits.goal.test_rows_risk:
        return None
    return Finding(
        "goal.test_rows",
        Level.BLOCK if split.test == 0 else Level.RISK,
        f"The test set has only {rows(split.test)}",
        "With so few only a very large gain can be told from chance."
        if split.test
        else "Nothing is left to test with.",
        "Name a larger test file, or collect more rows.",
        f"standard error of a share; {GUIDE}",
        count=split.test,
    )


def smallest_gain(known: Known, limits: Limits) -> Finding | None:
    """The smallest gain must be one that can be reached."""
    goal = known.goal
    if goal.smallest_gain > 0 and (goal.metric == "loss" or goal.smallest_gain < 1):
        return None
    return Finding(
        "goal.smallest_gain",
        Level.RISK,
        f"A smallest gain of {goal.smallest_gain:g} decides nothing",
        "Any gain would count." if goal.smallest_gain <= 0 else "No share of right answers can rise so much.",
        "Set the gain that would make tuning worth its trouble for you.",
    )


def no_budget(known: Known, limits: Limits) -> Finding | None:
    """A budget of nothing rules a full run out before it is measured."""
    goal = known.goal
    if goal.budget_hours > 0 and goal.pilot_minutes > 0:
        return None
    what = "full run" if goal.budget_hours <= 0 else "pilot"
    return Finding(
        "goal.budget",
        Level.RISK,
        f"The {what} has no time",
        "Every verdict that needs it is ruled out.",
        "Set a budget above zero.",
    )


GOAL_RULES: tuple[Callable[[Known, Limits], Finding | None], ...] = (
    testable,
    metric_fits,
    smallest_gain,
    no_budget,
    right_tool,
)
