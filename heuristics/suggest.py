"""A goal that fits the data, until the user says otherwise."""

from dataclasses import replace

from heuristics.facts.data import DataFacts
from heuristics.goal import Goal, Metric, TaskKind
from heuristics.thresholds.limits import Limits


def suggest_goal(data: DataFacts, current: Goal, limits: Limits) -> Goal:
    """The current goal with task, metric and smallest gain read off the data; budgets stay as they are. A
    model that chooses labels or fills structures is used for nothing else, so it need not stay a generalist.
    """
    task, metric = _task(data, limits)
    gain = limits.goal.gain_loss if metric == "loss" else limits.goal.gain_exact_match
    general = task not in ("classify", "extract")
    return replace(current, task=task, metric=metric, smallest_gain=gain, keep_general=general)


def _task(data: DataFacts, limits: Limits) -> tuple[TaskKind, Metric]:
    if data.format.name == "text":
        return "continue", "loss"
    if 1 < len(data.labels) <= limits.data.few_labels:
        return "classify", "exact_match"
    if data.short_answers and data.format.name == "question_answer":
        return "answer", "token_f1" if _free_text(data, limits) else "exact_match"
    if data.short_answers:
        return "extract", "exact_match"
    return ("chat" if 2 * data.multi_turn > data.rows > 0 else "answer"), "loss"


def _free_text(data: DataFacts, limits: Limits) -> bool:
    """True for short answers of several words, which are rarely repeated word for word though right."""
    return data.tokens is not None and data.tokens.answer.p50 >= limits.goal.free_text_tokens
