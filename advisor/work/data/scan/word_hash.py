"""Hashes words of one buffer, all at once, by reading each as numbers of eight bytes."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Wide = NDArray[np.uint64]

WINDOW = 8
"""Bytes that are read at once: a buffer ends with as many that belong to no word."""
_LONG = 64
"""Bytes from which the rest of a word is hashed by itself: no prose has such words."""
_MIX = 0x9E3779B97F4A7C15


def mixed(raw: bytes, starts: "Places", lengths: "Places", signs: "Places") -> "Wide":
    """64 mixed bits of each word, small and capital letters alike; `signs` says which words are signs."""
    import numpy as np
    import xxhash

    windows = np.ndarray((len(raw) - WINDOW + 1,), "<u8", raw, strides=(1,))
    hashes = _window(windows, starts, lengths)
    hashes[signs] = np.frombuffer(raw, np.uint8)[starts[signs]]
    mix(hashes)
    longer = np.flatnonzero(lengths > WINDOW)
    for done in range(WINDOW, _LONG, WINDOW):
        if not len(longer):
            break
        further = hashes[longer] ^ _window(windows, starts[longer] + done, lengths[longer] - done)
        mix(further)
        hashes[longer] = further
        longer = longer[lengths[longer] > done + WINDOW]
    for word in longer.tolist():
        rest = raw[starts[word] + _LONG : starts[word] + lengths[word]]
        hashes[word] ^= np.uint64(xxhash.xxh3_64_intdigest(rest.lower()))
    hashes *= np.uint64(0xD6E8FEB86659FD93)
    return hashes


def _window(windows: "Wide", places: "Places", lengths: "Places") -> "Wide":
    """The eight bytes at each place, of which so many belong to the word, as one number; the others are 0."""
    import numpy as np

    read: Wide = windows[places]
    read |= (~read & np.uint64(0x8080808080808080)) >> np.uint64(2)  # bit 0x20 makes ASCII letters small
    read &= np.take(_masks(), lengths, mode="clip")
    return read


def mix(values: "Wide") -> None:
    """Let the high bits of each value depend on all of it, and the low ones on the high ones."""
    import numpy as np

    values *= np.uint64(_MIX)
    values ^= values >> np.uint64(32)


@cache
def _masks() -> "Wide":
    """By the bytes that count: which bits of a window those are."""
    import numpy as np

    return np.asarray([(1 << 8 * each) - 1 for each in range(WINDOW + 1)], dtype=np.uint64)
