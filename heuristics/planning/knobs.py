"""Settings that the user fixed by hand; None leaves the choice to the plan."""

from dataclasses import dataclass

from heuristics.planning.recipe import Method


@dataclass(frozen=True, slots=True)
class Knobs:
    """User overrides of single recipe settings, with the recipe's names and units."""

    method: Method | None = None
    learning_rate: float | None = None
    micro_batch: int | None = None
    accumulation: int | None = None
    epochs: float | None = None
    rank: int | None = None
    sequence_length: int | None = None
    samples: int | None = None
    checkpointing: bool | None = None
    seed: int | None = None
