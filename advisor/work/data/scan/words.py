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
_SPACE, _MARK, _LETTER, _DIGIT, _SIGN, _FIRST = range(6)
"""What a byte is: white space, a mark that separates words, part of a word, a digit, which is part of one
too, a sign that is a word by itself, or the first byte of a letter that is one, as East Asian letters are."""
_WINDOW = 8
_LONG = 64
"""Bytes from which the rest of a word is hashed by itself: no prose has such words."""
_MIX = 0x9E3779B97F4A7C15


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


def folded(text: str) -> bytes:
    """The text as words are found in it: case folded beyond ASCII, composed, typographic marks as spaces."""
    if text.isascii():
        return text.encode()
    composed = _WIDE_MARKS.sub(" ", unicodedata.normalize("NFC", text).casefold())
    return composed.encode("utf-8", "surrogatepass")


def words_of(texts: Sequence[str]) -> TextWords:
    """The words of each text; differences of case, spacing and prose punctuation leave them equal."""
    import numpy as np

    encoded = [folded(each) for each in texts]
    found = [_words_of_chunk([])]
    start = 0
    while start < len(encoded):
        size, end = 0, start
        while end < len(encoded) and (end == start or size + len(encoded[end]) < _CHUNK):
            size += len(encoded[end])
            end += 1
        found.append(_words_of_chunk(encoded[start:end]))
        start = end
    hashes, counts, *of_texts = (np.concatenate(each) for each in zip(*found, strict=True))
    return TextWords(hashes, np.concatenate((np.zeros(1, np.int64), np.cumsum(counts))), *of_texts)


def _words_of_chunk(encoded: list[bytes]) -> tuple["Hashes", "Places", "Hashes", "Wide", "Wide"]:
    """Hashes of all words, how many each text has, and hashes of each text's digits, marks and words."""
    import numpy as np

    raw = b"\n".join(encoded) + b"\n" * _WINDOW
    joined = np.frombuffer(raw, dtype=np.uint8)
    kind = np.frombuffer(bytearray(raw.translate(_kinds())), dtype=np.uint8)
    hyphens = np.flatnonzero(joined[1:-1] == ord("-")) + 1
    kind[hyphens[_is_letter(joined[hyphens - 1]) & _is_letter(joined[hyphens + 1])]] = _MARK
    starts, lengths = _where_words_are(kind)
    signs = kind[starts] == _SIGN
    hashes = (_mixed(raw, starts, lengths, np.flatnonzero(signs)) >> np.uint64(32)).astype(np.uint32)
    hashes &= np.uint32(0xFFFFFFFE)
    hashes |= signs
    ends = np.cumsum(np.fromiter((len(each) + 1 for each in encoded), np.int64, len(encoded)))
    before = np.searchsorted(starts, ends)
    counts = np.diff(before, prepend=0)
    digits = np.flatnonzero(kind == _DIGIT)
    of_each = np.diff(np.searchsorted(digits, ends), prepend=0)
    numbers = in_their_order(joined[digits].astype(np.uint64), of_each) >> np.uint64(32)
    marks = np.flatnonzero(kind == _MARK)
    of_each = np.diff(np.searchsorted(marks, ends), prepend=0)
    behind = np.searchsorted(starts, marks) - np.repeat(before - counts, of_each)
    placed = (behind.astype(np.uint64) << np.uint64(8)) | joined[marks]
    placed *= np.uint64(_MIX)
    placed ^= placed >> np.uint64(32)
    in_order = in_their_order(hashes.astype(np.uint64) + np.uint64(1), counts)
    return hashes, counts, numbers.astype(np.uint32), in_their_order(placed, of_each), in_order


def _is_letter(codes: "Bytes") -> "NDArray[np.bool_]":
    return ((codes | 0x20) - 97 < 26) | (codes >= 0x80)


def _where_words_are(kind: "Bytes") -> tuple["Places", "Places"]:
    """The first byte of each word and its length, from what the bytes are; the last is white space."""
    import numpy as np

    inside = kind > _MARK
    begins, ends = inside.copy(), inside.copy()
    np.greater(inside[1:], inside[:-1], out=begins[1:])
    np.greater(inside[:-1], inside[1:], out=ends[1:])
    ends[0] = False
    alone = np.flatnonzero(kind > _DIGIT)
    begins[alone] = True
    ends[alone] |= inside[alone - 1] & (alone > 0)
    behind = alone[kind[alone] == _SIGN] + 1
    behind = behind[inside[behind]]
    begins[behind] = ends[behind] = True
    starts = np.flatnonzero(begins)
    return starts, np.flatnonzero(ends) - starts


def _mixed(raw: bytes, starts: "Places", lengths: "Places", signs: "Places") -> "Wide":
    """64 mixed bits of each word, small and capital letters alike; `signs` says which words are signs."""
    import numpy as np
    import xxhash

    windows = np.ndarray((len(raw) - _WINDOW + 1,), "<u8", raw, strides=(1,))
    mixed = _window(windows, starts, lengths)
    mixed[signs] = np.frombuffer(raw, np.uint8)[starts[signs]]
    _mix(mixed)
    longer = np.flatnonzero(lengths > _WINDOW)
    for done in range(_WINDOW, _LONG, _WINDOW):
        if not len(longer):
            break
        further = mixed[longer] ^ _window(windows, starts[longer] + done, lengths[longer] - done)
        _mix(further)
        mixed[longer] = further
        longer = longer[lengths[longer] > done + _WINDOW]
    for word in longer.tolist():
        rest = raw[starts[word] + _LONG : starts[word] + lengths[word]]
        mixed[word] ^= np.uint64(xxhash.xxh3_64_intdigest(rest.lower()))
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    return mixed


def _window(windows: "Wide", places: "Places", lengths: "Places") -> "Wide":
    """The eight bytes at each place, of which so many belong to the word, as one number; the others are 0."""
    import numpy as np

    read: Wide = windows[places]
    read |= (~read & np.uint64(0x8080808080808080)) >> np.uint64(2)  # bit 0x20 makes ASCII letters small
    read &= np.take(_masks(), lengths, mode="clip")
    return read


def _mix(values: "Wide") -> None:
    import numpy as np

    values *= np.uint64(_MIX)
    values ^= values >> np.uint64(32)


@cache
def _masks() -> "Wide":
    """By the bytes that count: which bits of a window those are."""
    import numpy as np

    return np.asarray([(1 << 8 * each) - 1 for each in range(_WINDOW + 1)], dtype=np.uint64)


@cache
def _kinds() -> bytes:
    """What each byte is."""
    kinds = bytearray([_SIGN]) * 256
    for white in (*range(9, 14), 32):
        kinds[white] = _SPACE
    for mark in (*range(9), *range(14, 32), 127, *_PROSE_MARKS):
        kinds[mark] = _MARK
    for letter in (*b"_", *range(65, 91), *range(97, 123), *range(0x80, 0x100)):
        kinds[letter] = _LETTER
    for digit in b"0123456789":
        kinds[digit] = _DIGIT
    for first in range(0xE3, 0xEE):
        kinds[first] = _FIRST
    return bytes(kinds)
