"""Fills sentence templates from word lists, so that a few lists make many different texts."""

import random
import re
from collections.abc import Mapping, Sequence

SLOT = re.compile(r"\{(?:(\w+)=)?(\w+)\}")

Lists = Mapping[str, Sequence[str]]


class Grammar:
    """Word lists and one source of chance; the same lists and seed give the same texts."""

    def __init__(self, lists: Lists, rng: random.Random) -> None:
        self.lists = lists
        self.rng = rng

    def fill(self, template: str, bound: dict[str, str] | None = None) -> str:
        """Fill every slot: `{x}` from `bound` or a choice from list x; `{y=x}` also keeps the choice as y."""
        words = {} if bound is None else bound

        def word(slot: re.Match[str]) -> str:
            keep, name = slot.group(1), slot.group(2)
            if keep is None and name in words:
                return words[name]
            text = self.fill(self.rng.choice(self.lists[name]), words)
            if keep is not None:
                words[keep] = text
            return text

        return SLOT.sub(word, template)

    def pick(self, name: str, bound: dict[str, str] | None = None) -> str:
        """One filled entry of the list `name`."""
        return self.fill(self.rng.choice(self.lists[name]), bound)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share


def sentence(text: str) -> str:
    """The text with a capital first letter and an end mark."""
    text = text[:1].upper() + text[1:]
    if text[-1:] in ".?!":
        return text
    asks = (
        "why ",
        "when ",
        "how ",
        "which ",
        "can ",
        "may ",
        "what ",
        "who ",
        "where ",
        "is it ",
        "are there ",
        "do you ",
    )
    return text + ("?" if text.lower().startswith(asks) else ".")


def capitals(text: str) -> str:
    """The text with a capital letter at the start of every sentence."""
    return re.sub(r"(^|[.?!] )(\w)", lambda found: found.group(1) + found.group(2).upper(), text)


def words_in_runs(text: str, length: int) -> set[tuple[str, ...]]:
    """All runs of `length` neighbouring words, lower case, without punctuation."""
    words = re.findall(r"[\w’']+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def alike(first: set[tuple[str, ...]], second: set[tuple[str, ...]]) -> float:
    """Jaccard similarity of two sets of word runs, 0 to 1."""
    union = len(first | second)
    return len(first & second) / union if union else 1.0
