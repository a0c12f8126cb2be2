"""The goal that the data itself suggests, until the user says otherwise."""

from dataclasses import replace

from heuristics.facts.data import DataFacts
from heuristics.goal import Goal, Metric, TaskKind
from heuristics.limits import Limits


def suggest_goal(data: DataFacts, current: Goal, limits: Limits) -> Goal:
    """`current` with the task, the metric and the smallest gain that fit the data."""
    task = _task(data, limits)
    metric: Metric = "exact_match" if data.short_answers and task != "continue" else "loss"
    gain = limits.goal.gain_exact_match if metric == "exact_match" else limits.goal.gain_loss
    return replace(current, task=task, metric=metric, smallest_gain=gain)


def _task(data: DataFacts, limits: Limits) -> TaskKind:
    if data.format.name == "text":
        return "continue"
    if 0 < len(data.labels) <= limits.data.few_labels:
        return "classify"
    if data.short_answers:
        return "extract"
    return "chat" if data.multi_turn * 2 > data.rows else "answer"
