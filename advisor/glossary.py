"""The words of the field that the screens use, explained."""

import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from advisor.preset_file import read_preset


class Word(BaseModel):
    """One word and its meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    word: str
    also: tuple[str, ...] = ()
    """Other forms under which it is met."""
    means: str


class _Glossary(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    date: str
    words: tuple[Word, ...]


@cache
def glossary() -> tuple[Word, ...]:
    """All words in alphabetical order; raises BadInput when the preset cannot be used."""
    words = read_preset("glossary.toml", _Glossary).words
    return tuple(sorted(words, key=lambda each: each.word.casefold()))


def words_in(text: str) -> tuple[Word, ...]:
    """The words that occur in `text` as whole words, in the order of the glossary."""
    return tuple(each for each in glossary() if _pattern(each).search(text))


@cache
def _pattern(word: Word) -> re.Pattern[str]:
    forms = "|".join(re.escape(form) for form in (word.word, *word.also))
    # Levels of findings are capitals; "risk" in a sentence is just a word.
    flags = re.NOFLAG if word.word.isupper() else re.IGNORECASE
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)", flags)
