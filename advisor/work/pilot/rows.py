"""Rows as token ids, cut to the sequence length exactly as the trainer cuts them."""

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from advisor.errors import BadModel
from advisor.work.data.examples import Example
from advisor.work.data.render import Template, training_row
from advisor.work.pilot.settings import pilot_settings
from advisor.work.tokenizer import encode_rows


@dataclass(frozen=True, slots=True)
class Row:
    """One example as the model sees it."""

    example: Example
    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    """At least one token that is scored."""
    cut: bool = False
    """True when the end of the answer was cut off."""

    @property
    def tokens(self) -> int:
        """Prompt and answer together."""
        return len(self.prompt) + len(self.answer)

    @property
    def question(self) -> tuple[int, ...]:
        """What is continued by generation: the prompt, or the first half of raw text."""
        return self.prompt or self.answer[: len(self.answer) // 2]

    @property
    def reachable(self) -> bool:
        """True when generation could give exactly this answer within its limit."""
        return (
            bool(self.prompt) and not self.cut and len(self.answer) <= pilot_settings().generating.most_tokens
        )

    @property
    def group(self) -> str:
        """Rows that ask the same share one group."""
        return self.example.key


@dataclass(frozen=True, slots=True)
class Encoder:
    """Turns examples into rows with one tokenizer and template."""

    tokenizer: PreTrainedTokenizerBase
    template: Template
    longest: int
    """Tokens after which a row is cut."""

    def rows(self, examples: Sequence[Example]) -> list[Row | None]:
        """One row for each example, None where no answer token is left."""
        encoded = encode_rows(self.tokenizer, [training_row(each, self.template) for each in examples])
        return [
            _cut(example, prompt, answer, self.longest)
            for example, (prompt, answer) in zip(examples, encoded, strict=True)
        ]


def kept(rows: Sequence[Row | None]) -> list[Row]:
    """The rows of which something can be scored."""
    return [each for each in rows if each is not None]


def require_vocabulary(rows: Sequence[Row], vocabulary: int, name: str) -> None:
    """Raise BadModel when the tokenizer makes ids that the model has no embedding for."""
    largest = max((max(each.prompt + each.answer) for each in rows), default=0)
    if largest >= vocabulary:
        raise BadModel(
            f"{name}: its tokenizer makes token {largest}, but the model knows only {vocabulary} tokens",
            "Use the tokenizer that belongs to this model.",
        )


def _cut(example: Example, prompt: Sequence[int], answer: Sequence[int], longest: int) -> Row | None:
    room = longest - len(prompt)
    # Without a prompt the first token has nothing before it and cannot be scored.
    least = 1 if prompt else 2
    if room < least or len(answer) < least:
        return None
    return Row(example, tuple(prompt), tuple(answer[:room]), len(answer) > room)
