"""Rows as vectors of their words weighted by rarity: TF-IDF on the word hashes of the scan, in buckets."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.work.data.scan.words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Rows = NDArray[np.int64]
    Vectors = NDArray[np.float32]

BUCKETS = 1 << 18
"""Buckets of words: a few words in a hundred share theirs with another."""
_FEW_ROWS = (1 << 32) // BUCKETS - 1
"""Rows whose number and bucket together fit into 32 bits."""


@dataclass(frozen=True)
class Weights:
    """The words that vectors are made of, and what each of them counts."""

    column: "Rows"
    """Column of the words that fall into a bucket, -1 where fewer than two rows have any of them."""
    rarity: "Vectors"
    """Of each column: the logarithm of all rows over those that have the word."""

    @classmethod
    def of(cls, words: Words) -> "Weights":
        """The weights of some rows' own words."""
        import numpy as np

        everything = cls(np.arange(BUCKETS), np.ones(BUCKETS, np.float32))
        rows_with = np.bincount(everything.holds(words).indices, minlength=BUCKETS)
        kept = rows_with >= 2
        column = np.where(kept, np.cumsum(kept) - 1, -1)
        return cls(column, np.log(len(words.counts) / rows_with[kept]).astype(np.float32))

    def holds(self, words: Words) -> "csr_matrix":
        """One row for each text, 1 where it holds a word."""
        import numpy as np
        from scipy.sparse import csr_matrix

        rows = len(words.counts)
        wide = "u8" if rows > _FEW_ROWS else "u4"
        place = self.column[(words.hashes >> np.uint32(1)) % np.uint32(BUCKETS)]
        keys = np.repeat(np.arange(rows, dtype=wide) * BUCKETS, words.counts)
        keys += place.astype(wide)
        keys = np.sort(keys[place >= 0])  # building the matrix from pairs takes several times as long
        keys = keys[np.concatenate((np.ones(1, np.bool_), keys[1:] != keys[:-1]))[: len(keys)]]
        begins = np.searchsorted(keys, np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(BUCKETS))
        begins = np.concatenate((np.zeros(1, np.int64), begins))
        columns = (keys % BUCKETS).astype(np.int32)
        return csr_matrix(
            (np.ones(len(keys), np.float32), columns, begins), shape=(rows, len(self.rarity)), copy=False
        )

    def vectors(self, words: Words) -> "csr_matrix":
        """The weighted words of each text, of length 1 unless it holds none."""
        return self.weighted(self.holds(words))

    def weighted(self, held: "csr_matrix") -> "csr_matrix":
        """Vectors of texts whose words are known already."""
        import numpy as np
        from scipy.sparse import diags

        weighted = held.multiply(self.rarity[None, :]).tocsr()
        lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        lengths[lengths == 0] = 1
        return diags((1 / lengths).astype(np.float32)) @ weighted
