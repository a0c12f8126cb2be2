"""Answers that say nothing: templates left unfilled, and refusals."""

from typing import TYPE_CHECKING

from advisor.work.data.checks.batch import Batch, Tally, concerned
from heuristics.facts.data import CheckResult

if TYPE_CHECKING:
    import polars as pl

_OPENING = 240
"""Characters at the start of an answer in which a refusal shows itself."""
_SLOT = (
    r"\{\{\s*[0-9A-Za-z_\x{80}-\x{10ffff} .-]{1,40}\s*\}\}"
    r"|\[(?:INSERT|ENTER|ADD|YOUR|Insert|Enter|Your|Company|Recipient) ?[^\]\n]{0,40}\]"
    r"|<(?:INSERT|ENTER|YOUR|NAME|COMPANY|DATE|ADDRESS|EMAIL|PHONE)[A-Z_ ]{0,30}>"
)
_FILLER = r"(?i)\blorem ipsum\b"
_FILLER_WORDS = frozenset({"ipsum"})
_NOTHING = r"(?i)^\W*(?:no ?(?:input|output|answer|response)|n/a|nan|null|todo|tbd|fixme|xxx+)\W*$"
_CODE = r"```|\{%|</\w+>"
_REFUSAL = (
    r"(?i)\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b"
    r"|\b(?:i am|i['’]m) (?:sorry|afraid)\b[^.!?\n]{0,60}\b(?:can['’]?t|cannot|unable|not able"
    r"|(?:don['’]?t|do not)(?: currently)? have the (?:cap)?ability)\b"
    r"|\bi (?:can['’]?t|cannot|can not) (?:assist|help|fulfil|comply|provide|do that|answer|create)\b"
    r"|\bi (?:am|['’]m) (?:unable|not able) to\b"
    r"|\bi apologi[sz]e\b[^.!?\n]{0,60}\b(?:can['’]?t|cannot|unable|not able)\b"
)


class Placeholders:
    """Rows with slots that were never filled, or whose whole answer stands for “nothing”."""

    name = "placeholders"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        text = pl.col("text").str
        slots = batch.glance.holding("{[<") | batch.glance.saying(_FILLER_WORDS)
        unfilled = text.contains(_SLOT) & ~text.contains(_CODE)
        nothing = pl.col("answer").str.contains(_NOTHING)
        suspects = batch.rows(slots).filter(unfilled | text.contains(_FILLER) | nothing)
        return concerned(batch, pl.concat((suspects, batch.rows(~slots).filter(nothing))).sort("line"))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


class Refusals:
    """Answers that decline or speak as an assistant about itself; right when rare."""

    name = "refusals"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        if batch.format.name == "text":
            return Tally(total=batch.frame.height)
        return concerned(batch, batch.frame.filter(refuses(pl.col("answer"))))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


def refuses(answer: "pl.Expr") -> "pl.Expr":
    """True for answers that open with a refusal."""
    return answer.str.slice(0, _OPENING).str.contains(_REFUSAL)
