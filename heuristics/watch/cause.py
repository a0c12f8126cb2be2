"""What an alarm points to, from the losses of the batch and of rows that were not trained on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from heuristics.facts.experiment import Alarm, Cause
from heuristics.thresholds.judging import WatchLimits

_DO: dict[Cause, str] = {
    "data": "Look at these rows; take out or mend what does not belong, and start again.",
    "learning rate": "Divide the learning rate by 3 and start again; the rows are no harder than others.",
}


@dataclass(frozen=True, slots=True)
class BatchEvidence:
    """Losses at the moment of an alarm, nats per answer token."""

    rows: Sequence[tuple[int, float]]
    """(line number, loss) of the rows in the batch."""
    reference: float
    """Mean loss on held-out rows now."""
    reference_before: float
    """The lowest it has been in this run."""


def explained(alarm: Alarm, evidence: BatchEvidence, limits: WatchLimits) -> Alarm:
    """The alarm with its cause, its rows hardest first, and what to do where the evidence allows to say.

    Weights that have become worse on rows outside the batch speak for the learning rate; weights that have
    not, with rows in the batch far harder than those outside, speak for the rows.
    """
    hardest = sorted(evidence.rows, key=lambda each: -each[1])
    lines = tuple(line for line, _ in hardest)
    cause: Cause = "unknown"
    worse = evidence.reference > limits.cause_ratio * evidence.reference_before
    if worse:
        cause = "learning rate"
    elif hardest and hardest[0][1] > limits.cause_ratio * max(
        evidence.reference, median(loss for _, loss in hardest)
    ):
        cause = "data"
        lines = tuple(line for line, loss in hardest if loss > limits.cause_ratio * evidence.reference)
    words = {
        "data": f"{_named(lines)} far harder than rows outside the batch",
        "learning rate": "held-out rows have become harder too, so it is the weights",
    }.get(cause)
    text = alarm.text if words is None else f"{alarm.text}; {words}"
    return replace(alarm, text=text, do=_DO.get(cause, alarm.do), cause=cause, rows=lines[:20])


def _named(lines: Sequence[int]) -> str:
    return f"row {_listed(lines)}" + " is" if len(lines) == 1 else f"rows {_listed(lines)} are"


def _listed(lines: Sequence[int]) -> str:
    shown = ", ".join(f"{each:,}" for each in lines[:5])
    return shown + (" …" if len(lines) > 5 else "")
