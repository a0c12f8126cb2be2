"""Rules about conversations and the columns of rows."""

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding
from heuristics.limits import Limits
from heuristics.rules.judged import DataRule, judged


def role_errors(data: DataFacts, limits: Limits) -> Finding | None:
    """Conversations that a chat template refuses."""
    return judged(
        data,
        "role_errors",
        "have turns in an order that chat templates refuse",
        "Trainers stop at such rows, or drop them in silence.",
        "Let each conversation go user, assistant, user, assistant and end with the assistant.",
        (limits.data.role_share_risk, limits.data.role_share_block),
    )


TURN_RULES: tuple[DataRule, ...] = (role_errors,)
