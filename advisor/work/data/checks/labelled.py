"""Whether the answers of a part are labels."""

from typing import TYPE_CHECKING

from advisor.work.data.limits import data_limits

if TYPE_CHECKING:
    import polars as pl


def are_labels(answers: "pl.Series", most: int | None = None) -> bool:
    """True when the answers are few (`most`, or as many as the limits say), short and repeated."""
    limits = data_limits().labels
    different = answers.n_unique()
    if not different or different > (most or limits.most_classes):
        return False
    longest = answers.str.len_chars().max()
    repeated = different * limits.rows_per_class <= len(answers)
    return repeated and isinstance(longest, int) and longest <= limits.longest
