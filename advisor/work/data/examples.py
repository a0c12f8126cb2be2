"""The one internal form of a training row, whatever format it came in."""

import re
import unicodedata
from dataclasses import dataclass

import xxhash

ASSISTANT = "assistant"
_MARKS = re.compile("(?<!\\d)[.,]|[.,](?!\\d)|[;:!?…\"'“”‘’`´]|(?<=[^\\W\\d])[-‐–—](?=[^\\W\\d])")
"""Punctuation of prose; signs of code and arithmetic are not among it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: str
    """"system", "user", "assistant" or "tool"."""
    content: str


@dataclass(frozen=True, slots=True)
class Example:
    """One usable row: a conversation that ends on an answer, or raw text."""

    line: int
    """1-based line of the file where the row starts (row number for JSON arrays)."""
    messages: tuple[Message, ...]
    """The turns up to the answer; empty for raw text."""
    text: str | None = None
    """The whole row, for raw text only."""
    label: str | None = None
    """The class, for rows of text and label; the answer is then the label."""

    @property
    def prompt(self) -> tuple[Message, ...]:
        """Everything before the last assistant turn."""
        last = self._last_answer()
        return self.messages if last is None else self.messages[:last]

    @property
    def answer(self) -> str:
        """What the model should learn to write."""
        if self.text is not None:
            return self.text
        last = self._last_answer()
        return (self.label or "") if last is None else self.messages[last].content

    @property
    def key(self) -> str:
        """Hash of the loosely normalised prompt (raw text: of all): the same for rows that ask the same."""
        if self.text is not None:
            return digest(loose(self.text))
        return digest("\x1e".join(f"{each.role}\x1f{loose(each.content)}" for each in self.prompt))

    @property
    def content_key(self) -> str:
        """Hash of normalised prompt and answer: the same for exact duplicates."""
        asked = "\x1e".join(f"{each.role}\x1f{normalised(each.content)}" for each in self.prompt)
        return digest(f"{asked}\x00{normalised(self.answer)}")

    def _last_answer(self) -> int | None:
        for index in range(len(self.messages) - 1, -1, -1):
            if self.messages[index].role == ASSISTANT:
                return index
        return None


def normalised(text: str) -> str:
    """Text for comparison: NFC, case folded, runs of white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def loose(text: str) -> str:
    """Normalised text without punctuation, so that “Is it a top-up?” and “is it a top up” are one."""
    return " ".join(_MARKS.sub(" ", normalised(text)).split())


def digest(text: str) -> str:
    """xxh3-128 in hexadecimal; lone surrogates are hashed as they stand."""
    return xxhash.xxh3_128_hexdigest(text.encode("utf-8", "surrogatepass"))
