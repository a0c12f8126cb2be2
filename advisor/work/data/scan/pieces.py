"""Exact token counts without tokenising every text: pieces between which no token reaches are counted once.

Byte-level tokenizers (GPT-2, Llama 3, Qwen and others) split a text by a pattern before anything else; a
piece always gives the same tokens, and a few hundred thousand different ones make up most texts.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
"""How ByteLevel splits by itself (tokenizers, `pre_tokenizers/byte_level.rs`)."""
_MOST_KEPT = 300_000
"""Pieces kept at a time: about 40 MB."""
_DOUBTFUL = 2
"""Last pieces of a prompt that may turn out otherwise when an answer follows."""


@dataclass(frozen=True, slots=True)
class PieceRule:
    """How a tokenizer splits texts."""

    pattern: str
    added: tuple[str, ...]
    """Tokens that are found before the text is split."""
    composed: bool
    """True when texts are brought to NFC first."""


def piece_rule(backend: str) -> PieceRule | None:
    """The rule of a tokenizer in JSON; None when it does not split first, or in an unknown way."""
    import regex

    parts = json.loads(backend)
    normalizer = parts.get("normalizer")
    composed = normalizer is not None and normalizer.get("type") == "NFC"
    pattern = _pattern_of(parts.get("pre_tokenizer") or {})
    added = parts.get("added_tokens") or []
    odd = any(each["lstrip"] or each["rstrip"] or each["single_word"] for each in added)
    if (normalizer is not None and not composed) or pattern is None or odd:
        return None
    try:
        if regex.compile(pattern).groups:
            return None
    except regex.error:
        return None
    return PieceRule(pattern, tuple(each["content"] for each in added), composed)


def _pattern_of(pre_tokenizer: dict[str, object]) -> str | None:
    match pre_tokenizer:
        case {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}:
            return _GPT2
        case {
            "type": "Sequence",
            "pretokenizers": [
                {
                    "type": "Split",
                    "pattern": {"Regex": str() as pattern},
                    "behavior": behavior,
                    "invert": invert,
                },
                {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False},
            ],
        } if (behavior, invert) in (("Isolated", False), ("Removed", True)):
            return pattern
        case _:
            return None


class PieceCounter(dict[str, int]):
    """Piece -> tokens; `encode` gives the tokens of a piece that is new."""

    def __init__(self, rule: PieceRule, encode: Callable[[str], list[int]]) -> None:
        super().__init__()
        import regex

        self._encode = encode
        self._composed = rule.composed
        self._findall = regex.compile(rule.pattern).findall
        alternatives = "|".join(regex.escape(each) for each in sorted(rule.added, key=len, reverse=True))
        self._split = regex.compile(f"({alternatives})").split if alternatives else None
        self._last_added = regex.compile(f"(?r)(?:{alternatives})").search if alternatives else None

    def __missing__(self, piece: str) -> int:
        if len(self) >= _MOST_KEPT:
            self.clear()
        count = self[piece] = len(self._encode(piece))
        return count

    def count(self, text: str) -> int:
        """Tokens of a text, without those that mark its beginning or end."""
        return self._count(self._normal(text))

    def prompt_and_whole(self, prompt: str, whole: str) -> tuple[int, int] | None:
        """Tokens that a prompt shares with prompt and answer together, and tokens of both together.

        None when the one is not the beginning of the other, or the border lies inside an added token.
        """
        prompt, whole = self._normal(prompt), self._normal(whole)
        if not whole.startswith(prompt):
            return None
        found = self._last_added(prompt) if self._last_added else None
        safe = found.end() if found else 0
        before = self._count(prompt[:safe])
        tail = prompt[safe:]
        segments = self._split(whole[safe:]) if self._split else [whole[safe:]]
        if not segments[0].startswith(tail):
            return None
        shared, rest = self._across(tail, segments[0])
        later = sum(
            sum(map(self.__getitem__, self._findall(each))) if place % 2 == 0 else 1
            for place, each in enumerate(segments[1:], start=1)
        )
        return before + shared, before + rest + later

    def _across(self, tail: str, whole: str) -> tuple[int, int]:
        """Tokens of `tail` that also begin `whole`, and all tokens of `whole`, which begins with it."""
        pieces = self._findall(tail)
        sure = max(0, len(pieces) - _DOUBTFUL)
        while sure and pieces[sure].isspace():
            sure -= 1
        begun = sum(map(self.__getitem__, pieces[:sure]))
        doubtful = pieces[sure:]
        following = self._findall(whole, sum(map(len, pieces[:sure])))
        same = 0
        while same < len(doubtful) and same < len(following) and doubtful[same] == following[same]:
            same += 1
        shared = begun + sum(map(self.__getitem__, doubtful[:same]))
        if same < len(doubtful):
            one = [token for each in doubtful[same:] for token in self._encode(each)]
            two = [token for each in following[same : same + 3] for token in self._encode(each)]
            shared += next(
                (n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
            )
        return shared, begun + sum(map(self.__getitem__, following))

    def _count(self, text: str) -> int:
        if self._split is None:
            return sum(map(self.__getitem__, self._findall(text)))
        return sum(
            sum(map(self.__getitem__, self._findall(each))) if place % 2 == 0 else 1
            for place, each in enumerate(self._split(text))
        )

    def _normal(self, text: str) -> str:
        if not self._composed or text.isascii():
            return text
        import unicodedata

        return unicodedata.normalize("NFC", text)
