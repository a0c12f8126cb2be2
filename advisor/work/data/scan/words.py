"""Hashes of the words of many texts at once, computed on their bytes without a loop over words.

A word's hash is a sum of byte values times powers of an odd number (mod 2^64), so that it does not depend on
where the word stands; the same hashes serve near-duplicates, loose equality and shared passages.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint32]
    Places = NDArray[np.int64]

_CHUNK = 1 << 18
"""Bytes hashed at a time: the arrays of one step stay in the processor's cache."""
_PROSE_MARKS = b".,;:!?\"'`"
"""Punctuation of prose separates words; other signs are words of their own."""
_WIDE_MARKS = re.compile("[…“”‘’´–—‐«»。、，！？：；「」\u00a0\u2000-\u200b\u3000]")
_FACTOR = 0x9E3779B97F4A7C15
_SEPARATOR, _LETTER, _ALONE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Words:
    """Word hashes of several texts, one text after the other."""

    hashes: "Hashes"
    """32 bits for each word; the lowest tells that it is a sign, such as "+"."""
    bounds: "Places"
    """Where each text's words begin, and at the end their number: one more than there are texts."""

    digits: "Hashes"
    """A hash of each text's digits in their order."""

    @property
    def counts(self) -> "Places":
        """Words of each text."""
        return self.bounds[1:] - self.bounds[:-1]


def folded(text: str) -> bytes:
    """The text as words are found in it: case folded beyond ASCII, composed, typographic marks as spaces."""
    if text.isascii():
        return text.encode()
    composed = _WIDE_MARKS.sub(" ", unicodedata.normalize("NFC", text).casefold())
    return composed.encode("utf-8", "surrogatepass")


def words_of(texts: Sequence[str]) -> Words:
    """The words of each text; differences of case, spacing and prose punctuation leave them equal."""
    import numpy as np

    encoded = [folded(each) for each in texts]
    hashes, counts, digits = [], [], []
    start = 0
    while start < len(encoded):
        size, end = 0, start
        while end < len(encoded) and (end == start or size + len(encoded[end]) < _CHUNK):
            size += len(encoded[end])
            end += 1
        found, per_text, numbers = _words_of_chunk(encoded[start:end])
        hashes.append(found)
        counts.append(per_text)
        digits.append(numbers)
        start = end
    bounds = np.zeros(len(encoded) + 1, dtype=np.int64)
    if counts:
        np.cumsum(np.concatenate(counts), out=bounds[1:])
    empty = np.empty(0, np.uint32)
    return Words(
        np.concatenate(hashes) if hashes else empty, bounds, np.concatenate(digits) if digits else empty
    )


def _words_of_chunk(encoded: list[bytes]) -> tuple["Hashes", "Places", "Hashes"]:
    """Hashes of all words, how many each text has, and a hash of each text's digits in order."""
    import numpy as np

    tables = _tables()
    raw = b"\n".join(encoded) + b"\n"
    joined = np.frombuffer(raw, dtype=np.uint8)
    ends = np.cumsum(np.fromiter((len(each) + 1 for each in encoded), np.int64, len(encoded)))
    digits = np.flatnonzero((joined - np.uint8(48)) < 10)
    kind = np.frombuffer(bytearray(raw.translate(tables.kinds)), dtype=np.uint8)
    hyphens = np.flatnonzero(joined[1:-1] == ord("-")) + 1
    between = hyphens[_is_letter(joined[hyphens - 1]) & _is_letter(joined[hyphens + 1])]
    kind[between] = _SEPARATOR
    alone = kind == _ALONE
    begins = alone.copy()
    begins[0] |= kind[0] == _LETTER
    begins[1:] |= (kind[1:] == _LETTER) & ((kind[:-1] == _SEPARATOR) | (alone[:-1] & (joined[:-1] < 0x80)))
    starts = np.flatnonzero(begins)
    counts = np.diff(np.searchsorted(starts, ends), prepend=0)
    numbers = _digits_in_order(joined[digits], np.searchsorted(digits, ends))
    if not len(starts):
        return np.empty(0, np.uint32), counts, numbers
    powers, inverses = _powers(len(joined))
    weighted = np.take(tables.values, joined, mode="clip")
    weighted[between] = 0
    weighted *= powers
    running = np.cumsum(weighted, out=weighted)
    sums = np.diff(running[np.append(starts[1:], len(joined)) - 1], prepend=np.uint64(0))
    sums *= inverses[starts]
    sums ^= sums >> np.uint64(32)
    sums *= np.uint64(0xD6E8FEB86659FD93)
    hashes = (sums >> np.uint64(32)).astype(np.uint32) & np.uint32(0xFFFFFFFE)
    hashes |= alone[starts] & (joined[starts] < 0x80)
    return hashes, counts, numbers


def _is_letter(codes: "NDArray[np.uint8]") -> "NDArray[np.bool_]":
    return ((codes | 0x20) - 97 < 26) | (codes >= 0x80)


def _digits_in_order(digits: "NDArray[np.uint8]", ends: "Places") -> "Hashes":
    import numpy as np

    sums = np.zeros(len(ends), dtype=np.uint64)
    counts = np.diff(ends, prepend=0)
    filled = np.flatnonzero(counts)
    if len(filled):
        begins = (ends - counts)[filled]
        place = np.arange(len(digits)) - np.repeat(begins, counts[filled])
        weighted = digits.astype(np.uint64) * _powers(int(counts.max()) + 1)[0][place + 1]
        sums[filled] = np.add.reduceat(weighted, begins)
        sums ^= sums >> np.uint64(29)
        sums *= np.uint64(0xD6E8FEB86659FD93)
    return (sums >> np.uint64(32)).astype(np.uint32)


@dataclass(frozen=True, slots=True)
class _Tables:
    kinds: bytes
    """Of each byte: separator, letter, or a sign that is a word by itself (as is each East Asian letter)."""
    values: "NDArray[np.uint64]"
    """A random value for each byte, capitals as small letters, separators as nothing."""


@cache
def _tables() -> _Tables:
    import numpy as np

    kinds = np.full(256, _ALONE, dtype=np.uint8)
    kinds[:33] = kinds[127] = _SEPARATOR
    kinds[list(_PROSE_MARKS)] = _SEPARATOR
    for letters in (b"0123456789_", range(65, 91), range(97, 123), range(0x80, 0x100)):
        kinds[list(letters)] = _LETTER
    kinds[0xE3:0xEE] = _ALONE
    values = np.random.default_rng(20_260_101).integers(1, 2**63, 256, dtype=np.uint64) * np.uint64(2) + 1
    values[65:91] = values[97:123]
    values[kinds == _SEPARATOR] = 0
    return _Tables(kinds.tobytes(), values)


_POWERS: list["NDArray[np.uint64]"] = []


def _powers(size: int) -> tuple["NDArray[np.uint64]", "NDArray[np.uint64]"]:
    """Powers of the factor and of its inverse mod 2^64, as many as `size`; kept for the next call."""

    if not _POWERS or len(_POWERS[0]) < size:
        wanted = max(size, _CHUNK * 2)
        _POWERS[:] = [_power_series(_FACTOR, wanted), _power_series(pow(_FACTOR, -1, 1 << 64), wanted)]
    return _POWERS[0][:size], _POWERS[1][:size]


def _power_series(factor: int, size: int) -> "NDArray[np.uint64]":
    import numpy as np

    series = np.full(size, factor, dtype=np.uint64)
    series[0] = 1
    return np.multiply.accumulate(series)
