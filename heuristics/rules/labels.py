"""Rules about classes."""

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding
from heuristics.rules.judged import DataRule, judged
from heuristics.thresholds.limits import Limits


def label_variants(data: DataFacts, limits: Limits) -> Finding | None:
    """One label in several spellings."""
    return judged(
        data,
        "label_variants",
        "write a label differently from other rows",
        "The model learns the spellings as different answers.",
        "Choose one spelling for each label.",
        (0.0, None),
    )


def label_errors(data: DataFacts, limits: Limits) -> Finding | None:
    """Labels that a model trained on the other rows thinks wrong; for review only."""
    return judged(
        data,
        "label_errors",
        "are likely to have a wrong label",
        "A model trained on the other rows expects another label; where classes overlap it may be mistaken.",
        "Look at them, most doubtful first, and correct the labels that are wrong.",
        (limits.checks.label_error_share_risk, None),
    )


LABEL_RULES: tuple[DataRule, ...] = (label_variants, label_errors)
