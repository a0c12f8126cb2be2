"""How answers speak: worn phrases of language models, and words that may hurt.

Text is lowered first and word bounds are those of ASCII: that is several times faster than the flags of the
regular expression.
"""

from collections import Counter
from functools import cache

from pydantic import BaseModel, ConfigDict

from advisor.preset_file import read_preset
from advisor.work.data.checks.batch import Batch, Tally, concerned, kinds_said
from heuristics.facts.data import CheckResult


class Phrases(BaseModel):
    """Everything that `phrases.toml` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    date: str
    worn: tuple[str, ...]
    """Regular expressions of phrases by which generated text is recognised."""
    harsh: tuple[str, ...]
    """Words, whole and in lower case, that are worth a look by a person."""


@cache
def phrases() -> Phrases:
    """The phrases, read once."""
    return read_preset("phrases.toml", Phrases)


@cache
def _first_words() -> frozenset[str]:
    """The words with which harsh ones begin: some are two."""
    return frozenset(each.split()[0] for each in phrases().harsh)


class WornPhrases:
    """Answers with phrases that language models overuse."""

    name = "worn_phrases"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        if batch.format.name == "text_label":
            return Tally(total=batch.frame.height)
        pattern = rf"(?-u:\b)({'|'.join(phrases().worn)})"
        lowered = pl.col("answer").str.to_lowercase().str
        first = batch.frame.select("line", found=lowered.extract(pattern)).drop_nulls()
        return concerned(batch, first, Counter(first["found"]))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name, kinds_said(tally))


class HarshWords:
    """Rows with insults; whether they belong there only a person can tell."""

    name = "harsh_words"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        pattern = rf"(?-u:\b)(?:{'|'.join(phrases().harsh)})(?-u:\b)"
        suspects = batch.rows(batch.glance.saying(_first_words()))
        lowered = pl.col("text").str.to_lowercase().str
        return concerned(batch, suspects.filter(lowered.contains(pattern)))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)
