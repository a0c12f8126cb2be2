"""A goal that fits the data, until the user says otherwise."""

from dataclasses import replace

from heuristics.facts.data import DataFacts
from heuristics.goal import Goal, Metric, TaskKind
from heuristics.limits import Limits


def suggest_goal(data: DataFacts, current: Goal, limits: Limits) -> Goal:
    """The current goal with task, metric and smallest gain read off the data; budgets stay as they are. A
    model that chooses labels or fills structures is used for nothing else, so it need not stay a generalist.
    """
    task, metric = _task(data, limits)
    gain = limits.goal.gain_exact_match if metric == "exact_match" else limits.goal.gain_loss
    general = task not in ("classify", "extract")
    return replace(current, task=task, metric=metric, smallest_gain=gain, keep_general=general)


def _task(data: DataFacts, limits: Limits) -> tuple[TaskKind, Metric]:
    if data.format.name == "text":
        return "continue", "loss"
    if 1 < len(data.labels) <= limits.data.few_labels:
        return "classify", "exact_match"
    if data.short_answers:
        return ("answer" if data.format.name == "question_answer" else "extract"), "exact_match"
    return ("chat" if 2 * data.multi_turn > data.rows > 0 else "answer"), "loss"
