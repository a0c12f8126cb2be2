"""Labels that are written in several ways, as clusters from which the user chooses."""

from collections import defaultdict

from advisor.work.data.checks.spelling import _labelled, variants
from advisor.work.data.examples import Example
from heuristics.facts.cleaning import LabelCluster


class Clusters:
    """Gathers rows, then tells which of their labels a person would take for one."""

    def __init__(self) -> None:
        self._examples: list[Example] = []

    def add(self, example: Example) -> None:
        """Take one more row."""
        self._examples.append(example)

    def found(self) -> tuple[LabelCluster, ...]:
        """Clusters of two or more spellings, most frequent spelling first."""
        clusters = []
        for field, values in _labelled(self._examples):
            counts = {value: len(rows) for value, rows in values.items()}
            groups: dict[str, list[str]] = defaultdict(list)
            for variant, common in variants(counts):
                groups[common].append(variant)
            for common, members in groups.items():
                ordered = sorted((common, *members), key=lambda each: (-counts[each], each))
                clusters.append(LabelCluster(field, tuple((each, counts[each]) for each in ordered)))
        return tuple(clusters)
