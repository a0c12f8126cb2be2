"""Rules about classes."""

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding
from heuristics.limits import Limits
from heuristics.rules.judged import DataRule, judged


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


LABEL_RULES: tuple[DataRule, ...] = (label_variants,)
