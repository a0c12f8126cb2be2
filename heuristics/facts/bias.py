"""What is known about differences between groups of people in a data set."""

from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class GroupMentions:
    """How often a group is named."""

    axis: str
    """Such as "gender"."""
    group: str
    rows: int
    sentences: int
    """That name this group and no other of the axis."""
    share: float
    """Of the sentences that name exactly one group of the axis, 0 to 1."""
    low: float
    high: float
    """Interval of the share at 95 % (Wilson 1927)."""


@dataclass(frozen=True, slots=True)
class Association:
    """A word or field of life that goes with one group more or less often than with the rest of its axis."""

    axis: str
    group: str
    other: str
    """The only other group, or "others"."""
    word: str
    count: int
    """Sentences with this group and the word."""
    sentences: int
    """Sentences with this group."""
    other_count: int
    other_sentences: int
    log_odds: float
    """Natural logarithm of the ratio of odds, one half added to each count."""
    z: float
    p: float
    """Two-sided, adjusted for all tests (Benjamini & Hochberg 1995)."""
    rows: tuple[int, ...] = ()
    """Lines of example rows, at most 20."""

    @property
    def interval(self) -> tuple[float, float]:
        """Of the log odds at 95 %, from their standard error, which is their size over z."""
        error = abs(self.log_odds / self.z) * NormalDist().inv_cdf(0.975) if self.z else 0.0
        return self.log_odds - error, self.log_odds + error


@dataclass(frozen=True, slots=True)
class GroupRate:
    """How often rows that name one group have an outcome."""

    group: str
    rows: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RateGap:
    """An outcome that is more frequent in rows of one group than in those of another."""

    axis: str
    outcome: str
    """"refusal", or "label spam"."""
    groups: tuple[GroupRate, ...]
    difference: float
    """Largest less smallest rate."""
    ratio: float
    """Smallest over largest rate."""
    p: float
    """Two-sided, of the largest against the smallest, adjusted for all tests."""


@dataclass(frozen=True, slots=True)
class GroupLength:
    """How long answers are in rows that name one group."""

    axis: str
    group: str
    rows: int
    words: float
    """Mean."""
    low: float
    high: float
    """Interval of the mean at 95 %."""


@dataclass(frozen=True, slots=True)
class BiasFacts:
    """Differences between groups; groups with too few mentions are left out."""

    mentions: tuple[GroupMentions, ...] = ()
    associations: tuple[Association, ...] = ()
    """Only those that are large, certain and frequent enough, most certain first."""
    rates: tuple[RateGap, ...] = ()
    lengths: tuple[GroupLength, ...] = ()
    tests: int = 0
    """Comparisons made, for which the p values are adjusted."""
