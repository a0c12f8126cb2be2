"""The verdict: one decision, its evidence, and what would change it."""

from dataclasses import dataclass
from enum import StrEnum

from heuristics.basis import Estimate


class Decision(StrEnum):
    """What to do next; the value is what a person reads."""

    FIX_DATA = "fix the data first"
    COLLECT_DATA = "collect more data"
    SCALE_UP = "scale up here"
    CLOUD = "move to the cloud"
    CHANGE_MODEL = "change the model"
    NOT_WORTH_IT = "not worth fine-tuning"
    NO_IMPROVEMENT = "no measurable improvement"
    UNKNOWN = "not yet known"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line that the decision was weighed by."""

    text: str
    """A sentence with the number in it."""
    estimate: Estimate | None = None
    """The number with its interval and basis; None only for facts without a number."""
    supports: bool = True
    """False when the line speaks against training in full, whatever was decided."""
    weighed: bool = True
    """False when the line is told, but the goal does not ask for it."""

    @property
    def side(self) -> str:
        """For or against training in full, or beside it."""
        if not self.weighed:
            return "beside"
        return "for" if self.supports else "against"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the evidence allows to say."""

    decision: Decision
    headline: str
    """One sentence."""
    evidence: tuple[Evidence, ...]
    confidence: str
    """A word tied to the intervals: "firm", "likely", "weak", "none"."""
    would_change: tuple[str, ...] = ()
    """What would change the decision, one line each."""
    next_steps: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Decision and headline as one text that says nothing twice."""
        return f"{self.decision.value.capitalize()}. {self.reason}"

    @property
    def reason(self) -> str:
        """The headline without the decision, where it begins with it."""
        word, said = self.decision.value, f"{self.headline.rstrip('.')}."
        if not said.lower().startswith(f"{word}: "):
            return said
        rest = said[len(word) + 2 :]
        return f"{rest[0].upper()}{rest[1:]}"

    @property
    def ready(self) -> bool:
        """True when the next step is to train in full, here or in the cloud."""
        return self.decision in (Decision.SCALE_UP, Decision.CLOUD)
