"""Rules about what must not be learnt by heart."""

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding
from heuristics.rules.judged import DataRule, judged
from heuristics.thresholds.limits import Limits


def private_data(data: DataFacts, limits: Limits) -> Finding | None:
    """Addresses, numbers and names that a tuned model may repeat."""
    return judged(
        data,
        "private_data",
        "hold what looks like private data",
        "A tuned model can repeat it word for word to anyone.",
        "Remove or mask it before training.",
        (0.0, None),
    )


def secrets(data: DataFacts, limits: Limits) -> Finding | None:
    """Keys and tokens must not be trained into a model."""
    return judged(
        data,
        "secrets",
        "hold what looks like a secret key",
        "A tuned model can repeat it word for word; a key that was in a file is no longer secret.",
        "Revoke the keys and remove them from the file.",
        (0.0, 0.0),
    )


PRIVACY_RULES: tuple[DataRule, ...] = (
    private_data,
    secrets,
)
