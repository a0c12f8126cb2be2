"""How many passes over the data."""

from heuristics.thresholds.settings import EpochsLimits


def choose_epochs(rows: int, limits: EpochsLimits) -> float:
    """Passes for this many training rows: the fewer rows, the more passes."""
    if rows < limits.small_rows:
        return limits.small
    return limits.middle if rows <= limits.large_rows else limits.large
