"""What the planned model's tokenizer and chat template make of the rows."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advisor.text import one_line
from advisor.work.data.checks.batch import SHOWN, Batch, Tally, concerned, kinds_said
from advisor.work.data.examples import Example
from heuristics.facts.data import CheckResult

_SHORT = 3
"""Characters from which a special token is not likely to be meant as text."""


@dataclass(slots=True)
class SpecialTokens:
    """Rows that hold special tokens of the model as text."""

    tokens: tuple[str, ...]
    name: str = "special_tokens"

    def __post_init__(self) -> None:
        self.tokens = tuple(each for each in self.tokens if len(each) >= _SHORT)

    def look(self, batch: Batch) -> Tally:
        """Count in one part; the first special token of a row is its kind."""
        import polars as pl

        if not self.tokens:
            return Tally(total=batch.frame.height)
        any_of = "|".join(re.escape(each) for each in self.tokens)
        rows = batch.frame.filter(pl.col("whole").str.contains(any_of))
        kinds = Counter(next(each for each in self.tokens if each in text) for text in rows["whole"])
        return concerned(batch, rows, kinds)

    def result(self, tally: Tally) -> CheckResult:
        """How many rows, and which tokens."""
        return tally.result(self.name, kinds_said(tally))


REFUSED, ENDLESS, CHANGED = "template_refuses", "template_without_end", "template_changes_text"


class TemplateWatch:
    """Notes what the chat template does to each row that is written with it."""

    def __init__(self, ends: Sequence[str]) -> None:
        self._ends = tuple(each for each in ends if each)
        self._tallies = _no_tallies()

    def refused(self, example: Example, reason: str) -> None:
        """The template gave no text for a row."""
        self._count()
        _note(self._tallies[REFUSED], example, one_line(reason, 100))

    def wrote(self, example: Example, text: str) -> None:
        """The template gave a text: it should end on a special token and hold what the turns say.

        White space around a turn is left to the template.
        """
        self._count()
        if not text.rstrip().endswith(self._ends):
            _note(self._tallies[ENDLESS], example, "")
        lost = next((each for each in example.messages if each.content.strip() not in text), None)
        if lost is not None:
            last = lost is example.messages[-1]
            _note(self._tallies[CHANGED], example, "the answer" if last else f"a {lost.role} turn")

    def taken(self) -> Mapping[str, Tally]:
        """What was noted since it was last taken."""
        noted, self._tallies = self._tallies, _no_tallies()
        return noted

    def _count(self) -> None:
        for each in self._tallies.values():
            each.total += 1


def pads_with_end(pad: str, end: str) -> CheckResult:
    """1 when the token that a tokenizer pads with is the one that ends a text."""
    return CheckResult("pads_with_end", int(pad == end), 1, detail=one_line(end, 40))


def template_results(tallies: Mapping[str, Tally], sampled: bool) -> tuple[CheckResult, ...]:
    """Rows that the template refuses, writes without an end, or changes; nothing where it wrote none."""
    if REFUSED not in tallies:
        return ()
    return tuple(tallies[each].result(each, kinds_said(tallies[each], 3), sampled) for each in _no_tallies())


def _no_tallies() -> dict[str, Tally]:
    return {each: Tally() for each in (REFUSED, ENDLESS, CHANGED)}


def _note(tally: Tally, example: Example, reason: str) -> None:
    tally.count += 1
    tally.lines += example.line.to_bytes(8, "little")
    if reason:
        tally.kinds[reason] += 1
    if len(tally.rows) < SHOWN:
        tally.rows.append(example.line)
