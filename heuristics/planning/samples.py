"""How many rows the pilot starts with."""

from dataclasses import dataclass

from heuristics.facts.data import DataFacts
from heuristics.goal import Goal, TaskKind
from heuristics.thresholds.settings import SamplesLimits


@dataclass(frozen=True, slots=True)
class SampleCount:
    """Training rows of the pilot, and why so many."""

    value: int
    reason: str


def training_rows(data: DataFacts | None, limits: SamplesLimits) -> int:
    """Rows that a full run would train on; the usual share of the usable rows before the split is known."""
    if data is None:
        return limits.most
    return data.split.train if data.split else int(data.usable * limits.train_share)


def choose_samples(data: DataFacts | None, goal: Goal, limits: SamplesLimits) -> SampleCount:
    """The starting count for the goal's task, enough rows for each class, limited by the rows there are."""
    wanted = _by_task(goal.task, limits)
    reason = f"A starting point for this kind of task ({goal.task}) is {wanted} rows"
    classes = len(data.labels) if data is not None else 0
    if goal.task == "classify" and classes * limits.per_class > wanted:
        wanted = classes * limits.per_class
        reason = f"{classes} classes need about {limits.per_class} rows each"
    wanted = min(max(wanted, limits.least), limits.most)
    rows = training_rows(data, limits)
    if data is not None and rows < wanted:
        return SampleCount(max(0, rows), f"{reason}; the data set has only {rows:,} for training.")
    return SampleCount(wanted, f"{reason}.")


def _by_task(task: TaskKind, limits: SamplesLimits) -> int:
    counts: dict[TaskKind, int] = {
        "classify": limits.classify,
        "extract": limits.extract,
        "answer": limits.answer,
        "chat": limits.chat,
        "write": limits.write,
        "continue": limits.raw,
    }
    return counts[task]
