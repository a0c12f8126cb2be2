"""Which signs a text holds, as bits: what a check can look at before it reads the text itself."""

from functools import cache
from string import punctuation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bits = NDArray[np.uint64]

_DIGIT, _CONTROL, _FOREIGN = 32, 33, 34
FOREIGN = (1 << 64) - 1
"""Bits of a text that holds more than ASCII: any sign may be among it."""


def sign_bits(signs: str) -> int:
    """The bits of some ASCII signs; "0" stands for every digit, "\\0" for every control character."""
    bits = _bit_of_each()
    return sum({int(bits[ord(each)]) for each in signs})


def signs_between(codes: "NDArray[np.uint8]", counts: "NDArray[np.int64]") -> "Bits":
    """The bits of each text, from its bytes that are neither letters nor white space: so many of each."""
    import numpy as np

    bits = np.zeros(len(counts), dtype=np.uint64)
    filled = np.flatnonzero(counts)
    if len(filled):
        begins = (np.cumsum(counts) - counts)[filled]
        bits[filled] = np.bitwise_or.reduceat(_bit_of_each()[codes], begins)
    return bits


@cache
def _bit_of_each() -> "Bits":
    """The bit of every byte."""
    import numpy as np

    bits = np.zeros(256, dtype=np.uint64)
    bits[:32] = bits[127] = 1 << _CONTROL
    bits[list(b"\t\n\v\f\r")] = 0
    bits[list(b"\v\f")] = 1 << _CONTROL
    bits[list(b"0123456789")] = 1 << _DIGIT
    bits[128:] = 1 << _FOREIGN
    for place, sign in enumerate(punctuation):
        bits[ord(sign)] = 1 << place
    return bits
