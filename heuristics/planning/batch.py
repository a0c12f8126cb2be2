"""How many examples share one optimizer step."""

import math

from heuristics.thresholds.settings import BatchLimits


def effective_batch(rows: int, epochs: float, limits: BatchLimits) -> int:
    """Examples per step, a power of two: about `steps_aimed` steps, inside the sourced range, and never more
    than a small part of the rows."""
    aimed = rows * epochs / limits.steps_aimed
    most = limits.most if rows < limits.large_from else limits.most_large
    batch = min(max(nearest_power_of_two(aimed), limits.least), most)
    return min(batch, largest_power_of_two(max(1, rows // limits.least_steps_per_epoch)))


def steps_of(rows: int, epochs: float, batch: int) -> int:
    """Optimizer steps of a run, at least 1; the last step of a pass may be smaller."""
    return max(1, math.ceil(math.ceil(rows / max(1, batch)) * epochs))


def nearest_power_of_two(value: float) -> int:
    """The power of two nearest to `value` by ratio, at least 1."""
    return 1 if value <= 1 else int(2 ** round(math.log2(value)))


def largest_power_of_two(value: int) -> int:
    """The largest power of two that is not above `value`; 1 for anything below 2."""
    return 1 << (max(1, value).bit_length() - 1)
