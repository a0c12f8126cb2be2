"""Blind choices between two models' answers: how they are laid out, and what they add up to."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from heuristics.facts.experiment import Vote
from heuristics.facts.pilot import Sample
from heuristics.statistics import mcnemar_exact, wilson

CERTAIN = 0.05
"""Two-sided p-value below which a preference is no chance."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What all votes together say."""

    tuned: int
    base: int
    ties: int
    share: float
    """Of the votes that chose, those for the tuned model ..."""
    low: float
    high: float
    """... with its 95 % interval (Wilson 1927)."""
    p_value: float
    """Of the sign test: ties say nothing."""

    @property
    def certain(self) -> bool:
        """True when one of the two is preferred beyond chance."""
        return self.p_value < CERTAIN


def preference(votes: Sequence[Vote]) -> Preference | None:
    """The votes added up; None when nobody voted."""
    if not votes:
        return None
    tuned = sum(each.chosen == "tuned" for each in votes)
    base = sum(each.chosen == "base" for each in votes)
    chosen = tuned + base
    low, high = wilson(tuned, chosen)
    share = tuned / chosen if chosen else 0.5
    return Preference(tuned, base, len(votes) - chosen, share, low, high, mcnemar_exact(tuned, base))


def to_vote_on(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """Samples on which the two models differ: others cannot tell them apart."""
    return tuple(each for each in samples if each.base.split() != each.tuned.split())


def tuned_first(sample: Sample, seed: int) -> bool:
    """Whether the tuned model's answer is shown first: by chance, and the same each time."""
    return random.Random(f"{seed} {sample.row}").random() < 0.5
