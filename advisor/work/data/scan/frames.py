"""Usable rows as the frame that checks look at, and as lists from which their state is computed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import is_
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

    def add_pair(self, line: int, asked: str, answer: str) -> None:
        """Take in a row of one question and its answer."""
        self.lines.append(line)
        self._parts("", asked, asked, answer, 1)

    def _parts(self, system: str, prompt: str, question: str, answer: str, users: int) -> None:
        self.systems.append(system)
        self.prompts.append(prompt)
        self.questions.append(question)
        self.answers.append(answer)
        self.turns.append(users)
        most = self.short_words
        self.short_answers += len(answer) < 200 and len(answer.split(maxsplit=most)) <= most
        size = len(system) + len(prompt) + len(answer)
        self.sizes.append(size)
        self.characters += size

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
