"""The constants of the pilot's schedule, and of the step from its model to a larger one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScheduleLimits:
    """What the pilot's time budget is spent on."""

    margin: float
    """Share of the budget that predictions may fill."""
    start_seconds: float
    """Time of the phases' small parts: building trainers, saving, first steps."""
    test_short: int
    """Test rows when time is short."""
    test_least: int
    """Test rows when time is very short."""
    generated_short: int
    """Generated rows when time is short."""
    samples_least: int
    """Training rows are not cut below this."""
    shots: int
    """Solved examples of the few-shot baseline."""
    rate_share: float
    """Share of the starting sample that each run of the rate phase trains on."""
    rate_evaluations: int
    halvings: int
    """Sizes of the ladder below the whole sample, each half of the one before."""
    seeds: int
    """Runs with different seeds at each of the smallest sizes."""
    seeded_sizes: int
    """How many of the smallest sizes get several seeds."""
    least_rows: int
    """Smaller sizes are left out."""
    evaluations: int
    """Held-out evaluations of runs below the whole sample."""
    generated: int
    """Validation rows answered after each run where the goal's metric needs answers."""
    repeated_rows: int
    """Long training rows that are continued, to find what was learnt by heart."""
    repeated_least: int
    """Tokens word for word that count as learnt by heart."""
    repeated_most: int
    """Tokens that are generated for each of these rows."""
    scored_rows: int
    """Training rows whose loss is looked at in the end."""


@dataclass(frozen=True, slots=True)
class SiblingLimits:
    """From a pilot on a smaller model to the model that is meant."""

    exponent_low: float
    """The reducible loss falls with model size to the power of minus this, with adapters …"""
    exponent_high: float
    full_exponent_low: float
    """… and with all weights trained."""
    full_exponent_high: float
