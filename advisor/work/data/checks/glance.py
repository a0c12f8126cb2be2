"""A look at the hashed words and the signs of rows: which rows a check need not read, at hardly any cost."""

from collections.abc import Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING

from advisor.work.data.scan.signs import FOREIGN, sign_bits
from advisor.work.data.scan.words import TextWords, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Chosen = NDArray[np.bool_]
    Hashes = NDArray[np.uint32]


class Glance:
    """Says which rows may hold something; rows with more than ASCII may hold anything."""

    def __init__(self, words: TextWords, systems: Sequence[str]) -> None:
        """Of the words of each row's prompt and, after it, of its answer; and of each row's system turn."""
        self._words = words
        self._systems = systems
        self._signs = words.signs[::2] | words.signs[1::2]

    @cached_property
    def foreign(self) -> "Chosen":
        """True for rows whose prompt or answer holds more than ASCII."""
        import numpy as np

        return np.asarray(self._signs == np.uint64(FOREIGN))

    def holding(self, signs: str, *, system: bool = False) -> "Chosen":
        """True for rows whose prompt or answer may hold one of some ASCII signs, with `system` also for those
        whose system turn may. "0" stands for any digit, "\\0" for any control character."""
        import numpy as np

        held = self._signs | self._told if system else self._signs
        return np.asarray((held & np.uint64(sign_bits(signs))) != 0)

    def saying(self, words: frozenset[str]) -> "Chosen":
        """True for rows whose prompt or answer may hold one of some words, whole, in any case."""
        import numpy as np

        listed, some = _listed(words)
        places = np.flatnonzero(np.take(some, self._heads))
        there = self._words.hashes[places]
        places = places[listed[np.minimum(np.searchsorted(listed, there), len(listed) - 1)] == there]
        chosen = self.foreign.copy()
        chosen[np.searchsorted(self._words.bounds[2::2], places, side="right")] = True
        return chosen

    def busy(self, least: int) -> "Chosen":
        """True for rows whose prompt or answer may have so many signs and digits."""
        notable = self._words.notable[::2] + self._words.notable[1::2]
        return self.foreign | (notable >= least)

    @cached_property
    def _heads(self) -> "NDArray[np.uint16]":
        import numpy as np

        return (self._words.hashes >> np.uint32(16)).astype(np.uint16)

    @cached_property
    def _told(self) -> "NDArray[np.uint64]":
        """The signs of each row's system turn; most rows have the same."""
        import numpy as np

        different = list(dict.fromkeys(self._systems))
        signs = dict(zip(different, words_of(different).signs.tolist(), strict=True))
        return np.fromiter((signs[each] for each in self._systems), np.uint64, len(self._systems))


@cache
def _listed(words: frozenset[str]) -> tuple["Hashes", "Chosen"]:
    """The hashes of the words, and which upper halves those have."""
    import numpy as np

    hashes = np.sort(words_of(sorted(words)).hashes)
    assert len(hashes) == len(words), "each is one word"
    some = np.zeros(1 << 16, dtype=np.bool_)
    some[hashes >> np.uint32(16)] = True
    return hashes, some
