"""Groups of rows that share few words with all others: rows by the words they hold, clustered, and judged by
how far each group of clusters is from the rest.

Rows are vectors of their words weighted by rarity (TF-IDF on the word hashes of the scan), reduced by a
truncated decomposition (Halko et al. 2011), clustered by spherical k-means and joined by average linkage.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from advisor.work.data.limits import TopicLimits
from advisor.work.data.scan.words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Rows = NDArray[np.int64]
    Vectors = NDArray[np.float32]

_SEED = 0
_ROUNDS = 20
_BUCKETS = 1 << 18
"""Buckets of words: a few words in a hundred share theirs with another."""
_FEW_ROWS = (1 << 32) // _BUCKETS - 1
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

        everything = cls(np.arange(_BUCKETS), np.ones(_BUCKETS, np.float32))
        rows_with = np.bincount(everything.holds(words).indices, minlength=_BUCKETS)
        kept = rows_with >= 2
        column = np.where(kept, np.cumsum(kept) - 1, -1)
        return cls(column, np.log(len(words.counts) / rows_with[kept]).astype(np.float32))

    def holds(self, words: Words) -> "csr_matrix":
        """One row for each text, 1 where it holds a word."""
        import numpy as np
        from scipy.sparse import csr_matrix

        rows = len(words.counts)
        wide = "u8" if rows > _FEW_ROWS else "u4"
        place = self.column[(words.hashes >> np.uint32(1)) % np.uint32(_BUCKETS)]
        keys = np.repeat(np.arange(rows, dtype=wide) * _BUCKETS, words.counts)
        keys += place.astype(wide)
        keys = np.sort(keys[place >= 0])  # building the matrix from pairs takes several times as long
        keys = keys[np.concatenate((np.ones(1, np.bool_), keys[1:] != keys[:-1]))[: len(keys)]]
        begins = np.searchsorted(keys, np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(_BUCKETS))
        begins = np.concatenate((np.zeros(1, np.int64), begins))
        columns = (keys % _BUCKETS).astype(np.int32)
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


@dataclass(frozen=True)
class Clusters:
    """Rows of a sample, clustered."""

    weights: Weights
    held: "csr_matrix"
    vectors: "csr_matrix"
    axes: "Vectors"
    """Directions of the reduced space, one per row."""
    centres: "Vectors"
    member: "Rows"
    """Number of the cluster of each row."""

    @classmethod
    def of(cls, words: Words, limits: TopicLimits) -> "Clusters":
        """The clusters of a sample of at least a few hundred rows."""
        weights = Weights.of(words)
        held = weights.holds(words)
        vectors = weights.weighted(held)
        axes = _axes(vectors, min(limits.dimensions, min(vectors.shape) - 1))
        points = _reduced(vectors, axes)
        centres = _centres(points, min(limits.clusters, len(words.counts) // 20))
        return cls(weights, held, vectors, axes, centres, _nearest(points, centres))

    def cluster_of(self, words: Words) -> "Rows":
        """The cluster that each of some further texts is nearest to.

        Words that a text repeats count as often: to leave repetitions out takes ten times as long.
        """
        import numpy as np
        from scipy.sparse import csr_matrix

        table, per_word = self._by_bucket
        places = table[(words.hashes >> np.uint32(1)) & np.uint32(_BUCKETS - 1)]
        shape = (len(words.counts), len(per_word))
        held = csr_matrix((np.ones(len(places), np.float32), places, words.bounds), shape=shape, copy=False)
        return np.asarray(np.asarray(held @ per_word).argmax(axis=1), dtype=np.int64)

    def nearness(self, words: Words) -> "Vectors":
        """How near each of some further texts is to the cluster that it is nearest to (cosine)."""
        import numpy as np

        near: Vectors = _reduced(self.weights.holds(words), self._weighted_axes) @ self.centres.T
        return np.asarray(near.max(axis=1), dtype=np.float32)

    @cached_property
    def _weighted_axes(self) -> "Vectors":
        """The axes with the weights of words in them: vectors need not be weighted one by one."""
        return self.axes * self.weights.rarity

    @cached_property
    def _by_bucket(self) -> tuple["NDArray[np.int32]", "Vectors"]:
        """A row number for each bucket, and what the words of a row add to the likeness to each centre.

        The length of a text, which likeness is divided by, changes no order. Unknown words add nothing.
        """
        import numpy as np

        known = (self.centres @ self._weighted_axes).T
        column = np.where(self.weights.column >= 0, self.weights.column, len(known))
        return column.astype(np.int32), np.concatenate((known, np.zeros_like(known[:1])))

    @cached_property
    def sizes(self) -> "Rows":
        """Rows of each cluster."""
        import numpy as np

        return np.bincount(self.member, minlength=len(self.centres))

    @cached_property
    def _summed(self) -> tuple["Vectors", "Vectors"]:
        """For each cluster the sum of its vectors, and how many of its rows hold each word."""
        import numpy as np

        chosen = _membership(self.member, len(self.centres))
        return np.asarray((chosen @ self.vectors).todense()), np.asarray((chosen @ self.held).todense())

    def direction(self, group: frozenset[int]) -> "Vectors":
        """The mean direction of the rows of some clusters."""
        import numpy as np

        summed: Vectors = self._summed[0][sorted(group)].sum(axis=0)
        return summed / max(1e-9, float(np.linalg.norm(summed)))

    def apart(self, group: frozenset[int], limits: TopicLimits) -> tuple[float, float]:
        """How like the rows outside of a group its mean direction is (cosine), and the share of its words
        that hardly any of them has, where words that many of the group share do not count."""
        import numpy as np

        inside = sorted(group)
        _, holding = self._summed
        size, rows = int(self.sizes[inside].sum()), len(self.member)
        own = holding[inside].sum(axis=0)
        elsewhere = holding.sum(axis=0) - own
        varied = own <= limits.shared * size
        rare = elsewhere < limits.rare_elsewhere * (rows - size)
        novel = float(own[varied & rare].sum()) / max(1.0, float(own[varied].sum()))
        others = frozenset(range(len(self.centres))) - group
        return float(np.dot(self.direction(group), self.direction(others))), novel

    def groups(self) -> list[frozenset[int]]:
        """Every cluster alone, and every group into which like clusters join, small ones first."""
        import numpy as np

        found = [frozenset((each,)) for each in range(len(self.centres))]
        means = np.stack([self.direction(each) for each in found])
        return [*found, *_joined(found, 1 - means @ means.T)]


def far_groups(clusters: Clusters, limits: TopicLimits) -> list[frozenset[int]]:
    """The largest groups of clusters, none within another, that are far from all other rows.

    Far is judged against how far the clusters of this data are from the rest by themselves: rows of many
    subjects are far from each other without being out of place.
    """
    import numpy as np

    alone = [clusters.apart(frozenset((each,)), limits) for each in range(len(clusters.centres))]
    usual_likeness, usual_novelty = (
        float(np.median(np.repeat([each[which] for each in alone], clusters.sizes))) for which in (0, 1)
    )
    most = limits.most_share * len(clusters.member)
    far: list[frozenset[int]] = []
    for group in reversed(clusters.groups()):
        size = int(clusters.sizes[sorted(group)].sum())
        if not limits.least_group <= size <= most or any(group <= each for each in far):
            continue
        likeness, novelty = clusters.apart(group, limits)
        more_novel = novelty - usual_novelty
        score = likeness / max(1e-9, usual_likeness) - more_novel / 2
        if score <= limits.far or (score <= limits.fairly_far and more_novel >= limits.own_words):
            far.append(group)
    return far


def _joined(alone: list[frozenset[int]], distances: "Vectors") -> list[frozenset[int]]:
    """The groups that come about when the two nearest are joined again and again (average linkage)."""
    import numpy as np

    groups, sizes = list(alone), np.ones(len(alone))
    distances = distances.astype(np.float64)
    np.fill_diagonal(distances, np.inf)
    found = []
    for _ in range(len(alone) - 1):
        one, other = sorted(divmod(int(distances.argmin()), len(alone)))
        groups[one] |= groups[other]
        found.append(groups[one])
        weighed = sizes[one] * distances[one] + sizes[other] * distances[other]
        distances[one] = distances[:, one] = weighed / (sizes[one] + sizes[other])
        distances[one, one] = distances[other] = distances[:, other] = np.inf
        sizes[one] += sizes[other]
    return found


def _reduced(vectors: "csr_matrix", axes: "Vectors") -> "Vectors":
    """Vectors in the reduced space, of length 1."""
    import numpy as np

    reduced = np.ascontiguousarray(vectors @ axes.T)
    lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return np.asarray(reduced / lengths, dtype=np.float32)


def _axes(vectors: "csr_matrix", count: int) -> "Vectors":
    """The directions in which the vectors differ most, found from random ones."""
    import numpy as np

    random = np.random.default_rng(_SEED)
    start = random.standard_normal((vectors.shape[1], count + 10)).astype(np.float32)
    span, _ = np.linalg.qr(vectors @ (vectors.T @ (vectors @ start)))
    within = np.asarray((vectors.T @ span).T, dtype=np.float64)
    # The right singular vectors by the small matrix of products: an SVD of the wide one takes a second.
    strengths, turned = np.linalg.eigh(within @ within.T)
    strongest = np.argsort(-strengths, kind="stable")[:count]
    axes = (turned[:, strongest] / np.sqrt(np.maximum(strengths[strongest], 1e-12))).T @ within
    return np.asarray(axes, dtype=np.float32)


def _centres(points: "Vectors", count: int) -> "Vectors":
    """Centres of clusters by k-means on the sphere, begun far from each other (k-means++)."""
    import numpy as np

    random = np.random.default_rng(_SEED)
    chosen = [points[random.integers(len(points))]]
    distance = 1 - points @ chosen[0]
    while len(chosen) < count:
        chances = np.clip(distance, 0, None).astype(np.float64) ** 2
        if chances.sum() <= 0:
            break
        chosen.append(points[random.choice(len(points), p=chances / chances.sum())])
        distance = np.minimum(distance, 1 - points @ chosen[-1])
    centres = np.stack(chosen)
    for _ in range(_ROUNDS):
        member = _nearest(points, centres)
        moved = _membership(member, len(centres)) @ points
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        moved = np.where(lengths > 0, moved / np.maximum(lengths, 1e-9), centres)
        if np.allclose(moved, centres):
            break
        centres = moved
    return np.asarray(centres[np.unique(_nearest(points, centres))])


def _membership(member: "Rows", clusters: int) -> "csr_matrix":
    """One row for each cluster, 1 where a row belongs to it."""
    import numpy as np
    from scipy.sparse import csr_matrix

    rows = len(member)
    return csr_matrix((np.ones(rows, np.float32), (member, np.arange(rows))), shape=(clusters, rows))


def _nearest(points: "Vectors", centres: "Vectors") -> "Rows":
    import numpy as np

    return np.asarray((points @ centres.T).argmax(axis=1), dtype=np.int64)
