"""Prompts that a text model cannot act on, and rows that hold several examples."""

from collections import Counter

from advisor.work.data.checks.batch import Batch, Tally, concerned, kinds_said
from heuristics.facts.data import CheckResult

_THING = r"(?:image|picture|photo(?:graph)?|screenshot|figure|chart|diagram|attachment|pdf|spreadsheet|video)"
_ATTACHED = (
    rf"(?i)(?-u:\b)(?:(?:the |this |see |in )?attached (?:{_THING}|file|document)"
    r"|(?:see|look at|refer to|based on|shown in|describe|from|in|using) (?:the |this )?"
    rf"(?:{_THING} (?:above|below|attached)|(?:above|following|given|below) {_THING})(?-u:\b)"
    rf"|(?:see|find) attached|uploaded (?:an? )?(?:{_THING}|file))"
)
_ADDRESS = r"(?i)(?-u:\b)https?://[\w-]+\.[^\s<>\"')]{2,}|(?-u:\b)www\.[a-z0-9-]+\.[a-z]{2,}"
_POINTING = frozenset({"www", "attached", "uploaded", "above", "below", "following", "given"})
"""Words of which every such prompt holds one, unless it holds a slash; an underline may make one longer."""
_MERGED = (
    r"(?m)^\s*#{2,4} ?(?:Instruction|Input|Output|Response|Human|Assistant)\s?:"
    r"|^\s*\d{1,3}[.)] ?(?:\*\*)?(?:Instruction|Task)\s?:"
    r"|^\s*(?:Instruction|Human)\s?:[^\n]+\n+\s*(?:Input|Output|Response|Assistant)\s?:"
)


class UnreachableSources:
    """Prompts that point at a web address or at a picture or file that is not part of the text."""

    name = "unreachable_sources"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        if batch.format.name in ("text", "text_label"):
            return Tally(total=batch.frame.height)
        question = pl.col("question").str
        # An answer that names addresses itself shows how to act on them, as rows about tools do.
        address = question.contains(_ADDRESS) & ~pl.col("answer").str.contains(_ADDRESS)
        glance = batch.glance
        suspects = batch.rows(glance.holding("/_") | glance.saying(_POINTING))
        found = suspects.filter(address | question.contains(_ATTACHED))
        addresses = int(found["question"].str.contains(_ADDRESS).sum())
        kinds = Counter({"a web address": addresses, "a picture or file": found.height - addresses})
        return concerned(batch, found, +kinds)

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name, kinds_said(tally))


class MergedExamples:
    """Answers in which the next instruction of a generated list begins."""

    name = "merged_examples"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        if batch.format.name == "text":
            return Tally(total=batch.frame.height)
        suspects = batch.rows(batch.glance.holding(":"))
        return concerned(batch, suspects.filter(pl.col("answer").str.contains(_MERGED)))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)
