"""What the user wants from fine-tuning."""

from dataclasses import dataclass
from typing import Literal

TaskKind = Literal["classify", "extract", "answer", "chat", "write", "continue"]
"""Choose a label; fill a structure; answer a question; converse; write in a style; continue raw text."""

Metric = Literal["loss", "exact_match", "token_f1"]
"""What "better" means: lower loss on held-out answers, more answers exactly right, or more words in common
with the right answers."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Five short answers; every field has a default that a profile can improve."""

    task: TaskKind = "answer"
    metric: Metric = "loss"
    smallest_gain: float = 0.05
    """Smallest gain that matters: nats per answer token for loss, a share for exact_match and token_f1."""
    keep_general: bool = True
    """True when the tuned model must keep its general ability."""
    data_may_leave: bool = False
    """True when the data may be sent to a cloud machine."""
    budget_hours: float = 24.0
    """Longest acceptable full run, hours."""
    budget_money: float = 50.0
    """Most that the full run may cost, USD."""
    electricity_price: float | None = None
    """USD per kWh; None takes the preset's average."""
    pilot_minutes: float = 30.0
    """Time budget of the pilot."""
    format_counts: bool = False
    """True when learning the form of the answers is itself a goal."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What the user said that the rows should be about."""

    text: str = ""
    lines: tuple[int, ...] = ()
    """Lines of rows that are typical of it."""
