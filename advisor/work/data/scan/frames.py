"""Usable rows as the frame that checks look at, and as lists from which their state is computed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import add, is_
from typing import TYPE_CHECKING

from advisor.work.data.checks.batch import Batch
from advisor.work.data.checks.glance import Glance
from advisor.work.data.examples import ASSISTANT, Example
from advisor.work.data.limits import data_limits
from advisor.work.data.scan.state import words_of_pairs
from advisor.work.data.scan.words import TextWords
from heuristics.facts.data import FormatFacts

if TYPE_CHECKING:
    import polars as pl

_LONG = 200
"""Characters from which an answer is not short, whatever its words."""


@dataclass(slots=True)
class RowLists:
    """The parts of some usable rows, one list for each part."""

    lines: list[int] = field(default_factory=list)
    systems: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    """User turns of each row; 0 for raw text."""
    multi_turn: int = 0
    short_answers: int = 0
    """Answers of at most a few words."""
    characters: int = 0
    sizes: list[int] = field(default_factory=list)
    """Characters of each row."""
    short_words: int = field(default_factory=lambda: data_limits().labels.short_words)

    def add(self, example: Example) -> None:
        """Take in one row."""
        self.lines.append(example.line)
        answer = example.answer
        if example.text is not None:
            self._parts("", "", "", answer, 0)
            return
        messages = example.prompt
        if len(messages) == 1 and messages[0].role != "system":
            asked = messages[0].content
            self._parts("", asked, asked, answer, messages[0].role == "user")
            return
        system = messages[0].content if messages and messages[0].role == "system" else ""
        said = [each.content for each in messages if each.role != "system"]
        users = sum(each.role == "user" for each in messages)
        self.multi_turn += any(each.role == ASSISTANT for each in messages)
        self._parts(system, "\n".join(said), said[-1] if said else "", answer, users)

    def add_pairs(self, lines: Sequence[int], pairs: Sequence[tuple[str, str]]) -> None:
        """Take in rows of one question and its answer each."""
        asked, answers = zip(*pairs, strict=True)
        sizes = list(map(add, map(len, asked), map(len, answers)))
        self.lines += lines
        self.systems += [""] * len(lines)
        self.prompts += asked
        self.questions += asked
        self.answers += answers
        self.turns += [1] * len(lines)
        self.short_answers += sum(self._is_short(each) for each in answers if len(each) < _LONG)
        self.sizes += sizes
        self.characters += sum(sizes)

    def _parts(self, system: str, prompt: str, question: str, answer: str, users: int) -> None:
        self.systems.append(system)
        self.prompts.append(prompt)
        self.questions.append(question)
        self.answers.append(answer)
        self.turns.append(users)
        self.short_answers += self._is_short(answer)
        size = len(system) + len(prompt) + len(answer)
        self.sizes.append(size)
        self.characters += size

    def _is_short(self, answer: str) -> bool:
        return len(answer) < _LONG and len(answer.split(maxsplit=self.short_words)) <= self.short_words

    def batch(self, format_: FormatFacts, every: int = 1, words: TextWords | None = None) -> Batch:
        """The rows as checks look at them; slow checks look at one of `every` rows.

        `words` are those of each prompt and answer, where they are known (`words_of_pairs`).
        """
        import polars as pl

        raw = format_.name == "text"
        prompts = _texts(self.prompts)
        same = all(map(is_, self.prompts, self.questions))
        columns = {
            "line": pl.Series(self.lines, dtype=pl.UInt64),
            "system": _texts(self.systems),
            "prompt": prompts,
            "question": prompts if same else _texts(self.questions),
            "answer": _texts(self.answers),
        }
        text = pl.col("answer") if raw else pl.concat_str("prompt", "answer", separator="\n")
        frame = pl.DataFrame(columns).with_columns(text=text)
        told = any(self.systems)
        whole = pl.concat_str("system", "text", separator="\n") if told else pl.col("text")
        return Batch(
            frame.with_columns(whole=whole),
            format_,
            Glance(words or words_of_pairs(self.prompts, self.answers), self.systems),
            every,
        )


def lists_of(examples: Sequence[Example]) -> RowLists:
    """The parts of these rows."""
    lists = RowLists()
    for each in examples:
        lists.add(each)
    return lists


def _texts(values: list[str]) -> "pl.Series":
    """A column of text; half surrogate pairs, which no other library accepts, are replaced."""
    import polars as pl

    try:
        return pl.Series(values, dtype=pl.String)
    except (UnicodeEncodeError, pl.exceptions.PolarsError, TypeError):
        return pl.Series([each.encode("utf-8", "replace").decode() for each in values], dtype=pl.String)
