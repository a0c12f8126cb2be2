"""Labels that are written in several ways, as clusters from which the user chooses."""

from collections import defaultdict

from advisor.work.data.checks.batch import Batch, Tally
from advisor.work.data.checks.spelling import LabelVariants, labelled, variants
from heuristics.facts.cleaning import LabelCluster


class Clusters:
    """Gathers rows, then tells which of their labels a person would take for one."""

    def __init__(self) -> None:
        self._check = LabelVariants()
        self._tally = Tally()

    def add(self, batch: Batch) -> None:
        """Take in the next rows."""
        self._tally.add(self._check.look(batch))

    def found(self) -> tuple[LabelCluster, ...]:
        """Clusters of two or more spellings, most frequent spelling first."""
        clusters = []
        for field, counts in labelled(self._tally):
            groups: dict[str, list[str]] = defaultdict(list)
            for variant, common in variants(counts):
                groups[common].append(variant)
            for common, members in groups.items():
                ordered = sorted((common, *members), key=lambda each: (-counts[each], each))
                clusters.append(LabelCluster(field, tuple((each, counts[each]) for each in ordered)))
        return tuple(clusters)
