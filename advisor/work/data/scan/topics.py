"""Groups of rows that share few words with all others: rows by the words they hold, clustered, and judged by
how far each group of clusters is from the rest."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from advisor.work.data.limits import TopicLimits
from advisor.work.data.scan import sphere
from advisor.work.data.scan.word_vectors import BUCKETS, Weights
from advisor.work.data.scan.words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from advisor.work.data.scan.word_vectors import Rows, Vectors


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
        axes = sphere.axes(vectors, min(limits.dimensions, min(vectors.shape) - 1))
        points = sphere.reduced(vectors, axes)
        centres = sphere.centres(points, min(limits.clusters, len(words.counts) // 20))
        return cls(weights, held, vectors, axes, centres, sphere.nearest(points, centres))

    def cluster_of(self, words: Words) -> "Rows":
        """The cluster that each of some further texts is nearest to.

        Words that a text repeats count as often: to leave repetitions out takes ten times as long.
        """
        import numpy as np
        from scipy.sparse import csr_matrix

        table, per_word = self._by_bucket
        places = table[(words.hashes >> np.uint32(1)) & np.uint32(BUCKETS - 1)]
        shape = (len(words.counts), len(per_word))
        held = csr_matrix((np.ones(len(places), np.float32), places, words.bounds), shape=shape, copy=False)
        return np.asarray(np.asarray(held @ per_word).argmax(axis=1), dtype=np.int64)

    def nearness(self, words: Words) -> "Vectors":
        """How near each of some further texts is to the cluster that it is nearest to (cosine)."""
        import numpy as np

        near: Vectors = sphere.reduced(self.weights.holds(words), self._weighted_axes) @ self.centres.T
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

        chosen = sphere.membership(self.member, len(self.centres))
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
        return [*found, *sphere.joined(found, 1 - means @ means.T)]


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
