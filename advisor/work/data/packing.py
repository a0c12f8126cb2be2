"""What padding wastes in batches of rows, and what packing rows into full sequences would leave empty."""

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from advisor.work.data.limits import data_limits
from heuristics.facts.data import Waste

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

_SEED = 0


def waste(totals: "Counts", length: int) -> Waste:
    """Empty shares of what is computed when rows of these lengths, cut at `length`, are trained in batches.

    `totals` must not be empty; a sample stands for many rows.
    """
    import numpy as np

    limits = data_limits().lengths
    lengths = np.minimum(totals, length)
    random = np.random.default_rng(_SEED)
    shuffled = random.permutation(lengths)[: limits.packed_rows]
    grouped = np.sort(shuffled)[::-1]
    return Waste(
        batch=limits.batch_rows,
        padded=padding(shuffled, limits.batch_rows),
        grouped=padding(grouped, limits.batch_rows),
        length=length,
        packed=1 - float(shuffled.sum()) / (sequences(shuffled.tolist(), length) * length),
    )


def padding(lengths: "Counts", batch: int) -> float:
    """Share of padding when `batch` rows after the other are filled up to the longest of them."""
    import numpy as np

    starts = np.arange(0, len(lengths), batch)
    sizes = np.diff(np.append(starts, len(lengths)))
    computed = int((np.maximum.reduceat(lengths, starts) * sizes).sum())
    return 1 - float(lengths.sum()) / max(1, computed)


def sequences(lengths: list[int], length: int) -> int:
    """Sequences of `length` tokens into which rows fit, the longest first, each where the least room remains
    (best fit, decreasing; the way in which TRL packs)."""
    rooms: list[int] = []
    opened = 0
    for each in sorted(lengths, reverse=True):
        place = bisect_left(rooms, each)
        if place == len(rooms):
            opened += 1
            room = length - each
        else:
            room = rooms.pop(place) - each
        if room > 0:
            insort(rooms, room)
    return max(1, opened)
