"""What a cleaning may do to a data set, what the user chose, and what it did."""

from dataclasses import dataclass
from typing import Literal

FixKind = Literal["edit", "drop"]

NEAR_SIMILARITY = 0.8
"""Jaccard similarity of word shingles from which rows count as near-duplicates (as the check measures it)."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing that a cleaning can do."""

    name: str
    """Stable name such as "mojibake"."""
    title: str
    kind: FixKind
    """"edit" changes the text of rows, "drop" leaves rows out."""
    checks: tuple[str, ...]
    """Names of the checks whose rows it answers; "malformed" stands for rows that cannot be read."""
    ticked: bool
    """True when it is done without being asked for: it only repairs what is certainly damage."""
    why: str
    does: str
    """One sentence: what happens to a row."""
    version: int
    """Rises whenever the fix would treat a row differently."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A label, or the value of one field of the answers, and how it is written from now on."""

    field: str
    """Name of the field in lower case; empty for whole labels."""
    written: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The user's cleaning: which fixes, with which parameters."""

    fixes: tuple[str, ...] | None = None
    """Names of the fixes; None means those that are ticked by default."""
    near_similarity: float = NEAR_SIMILARITY
    """From which similarity a row is dropped as a near-duplicate, from that of the check to 1."""
    conflicts: Literal["drop", "majority"] = "drop"
    """"drop" leaves out every row of a prompt with several answers, "majority" keeps the commonest answer."""
    context: int | None = None
    """Longest row in tokens; None means the planned model's context."""
    spellings: tuple[Spelling, ...] = ()
    marked: tuple[str, ...] = ()
    """Fingerprints of rows that the user marked: they hold for the next version of the file too."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row before and after, masked and shortened."""

    line: int
    before: str
    after: str
    """Empty when the row is left out."""


@dataclass(frozen=True, slots=True)
class FixOutcome:
    """What one fix did, or in a preview would do, alone."""

    fix: str
    rows: int
    """Rows changed by an edit, left out by a drop."""
    examples: tuple[Change, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LabelCluster:
    """Spellings that a person would take for one label."""

    field: str
    """Name of the field of the answers; empty for whole labels."""
    spellings: tuple[tuple[str, int], ...]
    """(spelling, rows), most frequent first."""


@dataclass(frozen=True, slots=True)
class CleaningFacts:
    """What a cleaning did to a copy, or would do."""

    source: str
    sha256: str
    """Of the source."""
    rows_in: int
    """Rows of the source, those that cannot be read included."""
    rows_out: int
    changed: int
    """Rows of the copy that differ from the source."""
    removed: int
    outcomes: tuple[FixOutcome, ...]
    clusters: tuple[LabelCluster, ...] = ()
    path: str | None = None
    """The cleaned copy; None for a preview."""
    changes: str | None = None
    """changes.jsonl: every row changed or left out."""
    plan: str | None = None
    """cleaning.toml: the same fixes for the next version of the file."""
    note: str = ""

    def outcome(self, fix: str) -> FixOutcome | None:
        """What one fix did, None when it was not asked for."""
        return next((each for each in self.outcomes if each.fix == fix), None)
