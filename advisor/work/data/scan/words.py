"""Hashes of the words of many texts at once, computed without a loop over words.

Every word is read as numbers of eight bytes, those of all words at once; the same hashes serve
near-duplicates, loose equality and shared passages.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from advisor.work.data.scan.ordered import in_their_order
from advisor.work.data.scan.signs import FOREIGN, signs_between
from advisor.work.data.scan.word_hash import WINDOW, mix, mixed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Hashes = NDArray[np.uint32]
    Wide = NDArray[np.uint64]
    Places = NDArray[np.int64]

_CHUNK = 1 << 17
"""Bytes hashed at a time: the arrays of one step stay in the processor's cache."""
_PROSE_MARKS = b".,;:!?\"'`"
"""Punctuation of prose separates words; other signs are words of their own."""
_WIDE_MARKS = re.compile("[…“”‘’´–—‐«»。、，！？：；「」\u00a0\u2000-\u200b\u3000]")
_SPACE, _ODD_SPACE, _MARK, _LETTER, _DIGIT, _LINE, _SIGN, _FIRST = range(8)
"""What a byte is: white space, a feed that nobody types, a mark that separates words, part of a word, a
digit or an underline, which are part of one too, a sign that is a word by itself, or the first byte of a
letter that is one, as East Asian ones are."""


@dataclass(frozen=True, slots=True)
class Words:
    """Word hashes of several texts, one text after the other."""

    hashes: "Hashes"
    """32 bits for each word; the lowest tells that it is a sign, such as "+"."""
    bounds: "Places"
    """Where each text's words begin, and at the end their number: one more than there are texts."""

    @property
    def counts(self) -> "Places":
        """Words of each text."""
        return self.bounds[1:] - self.bounds[:-1]


@dataclass(frozen=True, slots=True)
class TextWords(Words):
    """The words of texts, and what else tells whether texts are equal."""

    digits: "Hashes"
    """A hash of each text's digits in their order."""
    marks: "Wide"
    """A hash of what each text has between its words but white space: which marks, and where."""
    order: "Wide"
    """One hash for each text that its words give in their order; 0 for a text without words."""
    signs: "Wide"
    """The signs that each text holds, as bits (`signs.sign_bits`)."""
    notable: "Places"
    """How many bytes of each text are neither letters nor white space."""


def folded(text: str) -> bytes:
    """The text as words are found in it: case folded beyond ASCII, composed, typographic marks as spaces."""
    if text.isascii():
        return text.encode()
    composed = _WIDE_MARKS.sub(" ", unicodedata.normalize("NFC", text).casefold())
    return composed.encode("utf-8", "surrogatepass")


def words_of(texts: Sequence[str]) -> TextWords:
    """The words of each text; differences of case, spacing and prose punctuation leave them equal."""
    import numpy as np

    foreign = [place for place, ascii_ in enumerate(map(str.isascii, texts)) if not ascii_]
    encoded = _encoded(texts, foreign)
    ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))
    found = [_words_of_chunk([])]
    start = 0
    while start < len(encoded):
        before = int(ends[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + _CHUNK)))
        found.append(_words_of_chunk(encoded[start:end]))
        start = end
    hashes, counts, digits, marks, order, signs, notable = map(np.concatenate, zip(*found, strict=True))
    bounds = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    signs[foreign] = FOREIGN
    return TextWords(hashes, bounds, digits, marks, order, signs, notable)


def _encoded(texts: Sequence[str], foreign: Sequence[int]) -> list[bytes]:
    """All texts `folded`, of which those at some places hold more than ASCII."""
    plain = list(texts)
    for place in foreign:
        plain[place] = ""
    encoded = list(map(str.encode, plain))
    for place in foreign:
        encoded[place] = folded(texts[place])
    return encoded


def _words_of_chunk(
    encoded: list[bytes],
) -> tuple["Hashes", "Places", "Hashes", "Wide", "Wide", "Wide", "Places"]:
    """Hashes of all words, how many each text has, and of each text what `TextWords` tells besides."""
    import numpy as np

    raw = b"\n".join(encoded) + b"\n" * WINDOW
    joined = np.frombuffer(raw, dtype=np.uint8)
    kind = np.frombuffer(bytearray(raw.translate(_kinds())), dtype=np.uint8)
    hyphens = np.flatnonzero(joined[1:-1] == ord("-")) + 1
    kind[hyphens[_is_letter(joined[hyphens - 1]) & _is_letter(joined[hyphens + 1])]] = _MARK
    notable = np.flatnonzero((kind != _LETTER) & (kind != _SPACE))
    its_kind = kind[notable]
    starts, lengths = _where_words_are(kind, notable[its_kind > _LINE])
    signs = kind[starts] == _SIGN
    hashes = (mixed(raw, starts, lengths, np.flatnonzero(signs)) >> np.uint64(32)).astype(np.uint32)
    hashes &= np.uint32(0xFFFFFFFE)
    hashes |= signs
    ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1)
    before = np.searchsorted(starts, ends)
    counts, notables = _differences(before), _differences(np.searchsorted(notable, ends))
    digits, marks = notable[its_kind == _DIGIT], notable[its_kind == _MARK]
    digits_each, marks_each = (_differences(np.searchsorted(each, ends)) for each in (digits, marks))
    behind = np.searchsorted(starts, marks) - np.repeat(before - counts, marks_each)
    placed = (behind.astype(np.uint64) << np.uint64(8)) | joined[marks]
    mix(placed)
    numbers = in_their_order(joined[digits].astype(np.uint64), digits_each) >> np.uint64(32)
    return (
        hashes,
        counts,
        numbers.astype(np.uint32),
        in_their_order(placed, marks_each),
        in_their_order(hashes.astype(np.uint64) + np.uint64(1), counts),
        signs_between(joined[notable], notables),
        notables,
    )


def _differences(sums: "Places") -> "Places":
    import numpy as np

    return np.diff(sums, prepend=0)


def _is_letter(codes: "Bytes") -> "NDArray[np.bool_]":
    return ((codes | 0x20) - 97 < 26) | (codes >= 0x80)


def _where_words_are(kind: "Bytes", alone: "Places") -> tuple["Places", "Places"]:
    """The first byte of each word and its length, from what the bytes are; the last is white space.

    At `alone` are signs and first bytes, each of which begins a word.
    """
    import numpy as np

    inside = kind > _MARK
    begins, ends = inside.copy(), inside.copy()
    np.greater(inside[1:], inside[:-1], out=begins[1:])
    np.greater(inside[:-1], inside[1:], out=ends[1:])
    ends[0] = False
    begins[alone] = True
    ends[alone] |= inside[alone - 1] & (alone > 0)
    behind = alone[kind[alone] == _SIGN] + 1
    behind = behind[inside[behind]]
    begins[behind] = ends[behind] = True
    starts = np.flatnonzero(begins)
    return starts, np.flatnonzero(ends) - starts


@cache
def _kinds() -> bytes:
    """What each byte is."""
    kinds = bytearray([_SIGN]) * 256
    for white in b" \t\n\r":
        kinds[white] = _SPACE
    for white in b"\v\f":
        kinds[white] = _ODD_SPACE
    for mark in (*range(9), *range(14, 32), 127, *_PROSE_MARKS):
        kinds[mark] = _MARK
    kinds[ord("_")] = _LINE
    for letter in (*range(65, 91), *range(97, 123), *range(0x80, 0x100)):
        kinds[letter] = _LETTER
    for digit in b"0123456789":
        kinds[digit] = _DIGIT
    for first in range(0xE3, 0xEE):
        kinds[first] = _FIRST
    return bytes(kinds)
