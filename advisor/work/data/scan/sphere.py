"""Clusters of vectors of length 1: reduced by a truncated decomposition (Halko et al. 2011), clustered by
spherical k-means, joined by average linkage."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Rows = NDArray[np.int64]
    Vectors = NDArray[np.float32]

_SEED = 0
_ROUNDS = 20


def joined(alone: list[frozenset[int]], distances: "Vectors") -> list[frozenset[int]]:
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


def reduced(vectors: "csr_matrix", axes: "Vectors") -> "Vectors":
    """Vectors in the reduced space, of length 1."""
    import numpy as np

    points = np.ascontiguousarray(vectors @ axes.T)
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return np.asarray(points / lengths, dtype=np.float32)


def axes(vectors: "csr_matrix", count: int) -> "Vectors":
    """The directions in which the vectors differ most, found from random ones."""
    import numpy as np

    random = np.random.default_rng(_SEED)
    start = random.standard_normal((vectors.shape[1], count + 10)).astype(np.float32)
    span, _ = np.linalg.qr(vectors @ (vectors.T @ (vectors @ start)))
    within = np.asarray((vectors.T @ span).T, dtype=np.float64)
    # The right singular vectors by the small matrix of products: an SVD of the wide one takes a second.
    strengths, turned = np.linalg.eigh(within @ within.T)
    strongest = np.argsort(-strengths, kind="stable")[:count]
    found = (turned[:, strongest] / np.sqrt(np.maximum(strengths[strongest], 1e-12))).T @ within
    return np.asarray(found, dtype=np.float32)


def centres(points: "Vectors", count: int) -> "Vectors":
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
    placed = np.stack(chosen)
    for _ in range(_ROUNDS):
        member = nearest(points, placed)
        moved = membership(member, len(placed)) @ points
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        moved = np.where(lengths > 0, moved / np.maximum(lengths, 1e-9), placed)
        if np.allclose(moved, placed):
            break
        placed = moved
    return np.asarray(placed[np.unique(nearest(points, placed))])


def membership(member: "Rows", clusters: int) -> "csr_matrix":
    """One row for each cluster, 1 where a row belongs to it."""
    import numpy as np
    from scipy.sparse import csr_matrix

    rows = len(member)
    return csr_matrix((np.ones(rows, np.float32), (member, np.arange(rows))), shape=(clusters, rows))


def nearest(points: "Vectors", centres: "Vectors") -> "Rows":
    """Number of the centre to which each point is nearest."""
    import numpy as np

    return np.asarray((points @ centres.T).argmax(axis=1), dtype=np.int64)
