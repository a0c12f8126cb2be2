"""One judgement by one rule, in words a person can act on."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a finding means for the next step, worst first."""

    BLOCK = "BLOCK"
    """Training would fail, learn nothing, or leak secrets."""
    RISK = "RISK"
    """The result may be worse or invalid."""
    UNKNOWN = "UNKNOWN"
    """A fact is missing; the finding says which."""
    OK = "OK"


WORST_FIRST = (Level.BLOCK, Level.RISK, Level.UNKNOWN, Level.OK)


@dataclass(frozen=True, slots=True)
class Finding:
    """The judgement of one rule about one subject."""

    rule: str
    """Stable name of the rule, such as "data.exact_duplicates"."""
    level: Level
    headline: str
    """One line, no full stop, with the number that matters."""
    why: str = ""
    do: str = ""
    """The next action, as an imperative sentence."""
    source: str = ""
    rows: tuple[int, ...] = ()
    """Line numbers of example rows (1-based; over several files numbered on), at most 20."""
    places: tuple[str, ...] = ()
    """Where each of those rows stands among several files, such as "rows.csv:12"; empty for one file."""
    examples: tuple[str, ...] = ()
    """Excerpts of those rows, private values masked, each at most 200 characters."""
    count: int | None = None
    share: float | None = None
    """Share of rows concerned, 0 to 1."""


def worst(findings: tuple[Finding, ...]) -> Level | None:
    """The worst level among findings, or None when there are none."""
    levels = {finding.level for finding in findings}
    return next((level for level in WORST_FIRST if level in levels), None)


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings ordered by level, then by the share of rows concerned, largest first."""
    return tuple(sorted(findings, key=lambda each: (WORST_FIRST.index(each.level), -(each.share or 0.0))))
