"""What is kept of a row's words: MinHash bands that alike rows share.

Broder 1997, "On the resemblance and containment of documents"; banding as in Leskovec, Rajaraman, Ullman,
"Mining of Massive Datasets", chapter 3.
"""

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from advisor.work.data.scan.words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

PERMUTATIONS = 32
BAND = 4
BANDS = PERMUTATIONS // BAND
SHINGLE = 3
_SEED = 20_260_101
_CHUNK = 1 << 16


def shingles_of(words: Words) -> tuple["NDArray[np.uint32]", "NDArray[np.int64]"]:
    """One hash for each run of three words that stays in its text, and where each text's runs begin.

    Texts of fewer words have one run, of what they have.
    """
    import numpy as np

    counts = words.counts
    short = np.flatnonzero(counts < SHINGLE)
    hashes, bounds = _filled_up(words, short) if len(short) else (words.hashes, words.bounds)
    runs = np.diff(bounds) - (SHINGLE - 1)
    begins = np.concatenate((np.zeros(1, np.int64), np.cumsum(runs)))
    wide = hashes.astype(np.uint64)
    mixed = wide[:-2] * np.uint64(0x9E3779B97F4A7C15)
    wide ^= wide << np.uint64(23)
    mixed += wide[1:-1] * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed += wide[2:] * np.uint64(0x165667B19E3779F9)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    inside = np.ones(len(mixed) + SHINGLE - 1, dtype=np.bool_)
    for back in range(1, SHINGLE):
        inside[bounds[1:] - back] = False
    return (mixed >> np.uint64(32)).astype(np.uint32)[inside[: len(mixed)]], begins


def _filled_up(words: Words, short: "NDArray[np.int64]") -> tuple["NDArray[np.uint32]", "NDArray[np.int64]"]:
    """The words and where each text's begin, with nothings behind texts that have fewer than three."""
    import numpy as np

    lacking = SHINGLE - words.counts[short]
    places = np.repeat(words.bounds[short + 1], lacking)
    bounds = words.bounds.copy()
    added = np.zeros(len(bounds), dtype=np.int64)
    added[short + 1] = lacking
    bounds += np.cumsum(added)
    return np.insert(words.hashes, places, np.uint32(0)), bounds


def bands_of(words: Words) -> "Hashes":
    """Eight hashes for each text, each of four minima: texts that share one are compared."""
    import numpy as np

    factors, offsets = _permutations()
    texts = len(words.counts)
    minima = np.empty((PERMUTATIONS, texts), dtype=np.uint32)
    for start, end in _chunks(words.bounds):
        first, last = words.bounds[start], words.bounds[end]
        part = Words(words.hashes[first:last], words.bounds[start : end + 1] - first)
        shingles, begins = shingles_of(part)
        mixed = np.empty_like(shingles)
        for place in range(PERMUTATIONS):
            np.multiply(shingles, factors[place], out=mixed)
            mixed += offsets[place]
            np.minimum.reduceat(mixed, begins[:-1], out=minima[place, start:end])
    bands = np.empty((BANDS, texts), dtype=np.uint64)
    for band in range(BANDS):
        four = minima[band * BAND : (band + 1) * BAND].astype(np.uint64)
        mixed64 = (four[0] << np.uint64(32)) | four[1]
        mixed64 *= np.uint64(0x9E3779B97F4A7C15)
        mixed64 ^= mixed64 >> np.uint64(29)
        mixed64 += (four[2] << np.uint64(32)) | four[3]
        bands[band] = mixed64 * np.uint64(0xD6E8FEB86659FD93)
    return bands


def _chunks(begins: "NDArray[np.int64]") -> list[tuple[int, int]]:
    """Ranges of texts with about as many words as stay in the processor's cache."""
    import numpy as np

    edges = np.searchsorted(begins, np.arange(0, int(begins[-1]) + _CHUNK, _CHUNK))
    edges = np.unique(np.clip(edges, 0, len(begins) - 1))
    if len(edges) < 2 or edges[-1] != len(begins) - 1:
        edges = np.append(edges, len(begins) - 1)
    return [(one, other) for one, other in pairwise(edges.tolist()) if other > one]


@cache
def _permutations() -> tuple["NDArray[np.uint32]", "NDArray[np.uint32]"]:
    import numpy as np

    rng = np.random.default_rng(_SEED)
    factors = rng.integers(1, 2**32, PERMUTATIONS, dtype=np.uint32) | np.uint32(1)
    return factors, rng.integers(0, 2**32, PERMUTATIONS, dtype=np.uint32)
