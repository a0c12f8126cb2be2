"""One hash for each text of what it holds, in the order in which it holds it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]


def in_their_order(values: "Hashes", counts: "NDArray[np.int64]") -> "Hashes":
    """A hash for each text, of its `counts` values one after the other; 0 for a text without any.

    The sum of the values times powers of an odd number (mod 2^64) that grow with their place, then mixed.
    """
    import numpy as np

    sums = np.zeros(len(counts), dtype=np.uint64)
    filled = np.flatnonzero(counts)
    if not len(filled):
        return sums
    powers, inverses = _powers(len(values))
    begins = (np.cumsum(counts) - counts)[filled]
    sums[filled] = np.add.reduceat(values * powers, begins) * inverses[begins]
    sums ^= sums >> np.uint64(31)
    sums *= np.uint64(0xD6E8FEB86659FD93)
    sums ^= sums >> np.uint64(32)
    return sums


_FACTOR = 0xC2B2AE3D27D4EB4F
_KNOWN: list["Hashes"] = []


def _powers(size: int) -> tuple["Hashes", "Hashes"]:
    """Powers of the factor and of its inverse mod 2^64, as many as `size`; kept for the next call."""
    if not _KNOWN or len(_KNOWN[0]) < size:
        _KNOWN[:] = [_series(_FACTOR, 2 * size), _series(pow(_FACTOR, -1, 1 << 64), 2 * size)]
    return _KNOWN[0][:size], _KNOWN[1][:size]


def _series(factor: int, size: int) -> "Hashes":
    import numpy as np

    series = np.full(size, factor, dtype=np.uint64)
    series[0] = 1
    return np.multiply.accumulate(series)
