"""Sizes and shares that the pilot works with, read from the presets."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from advisor.preset_file import read_preset
from advisor.text import one_line


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RowSettings(_Table):
    """Fewest rows with which a pilot means anything."""

    train_least: int
    validation_least: int
    test_least: int
    usable_least: int


class ProofSettings(_Table):
    """How memory and speed are measured before training."""

    longest_candidates: int
    """Rows, longest in characters first, among which the longest in tokens is sought."""
    least_seconds: float
    """Steps are timed until this much time has passed …"""
    most_steps: int
    """… or this many were timed."""
    steady_times: float
    """Steps that take longer than this many times the fastest are not timed: they set something up."""
    retries: int
    """How often running out of memory is answered by halving the micro-batch."""
    generated_tokens: int
    """Tokens that are generated to time generation."""


class FewShotSettings(_Table):
    """The baseline with solved examples in the prompt."""

    fit_share: float
    """Share of rows that must fit the context with the examples in front."""


class ScoringSettings(_Table):
    """Batches of teacher-forced scoring."""

    batch_tokens: int
    batch_rows: int
    general_tokens: int
    """Longest piece of the general text, tokens."""
    general_rows: int
    """Most pieces of the user's own general text."""


class GeneratingSettings(_Table):
    """Greedy answers."""

    most_tokens: int
    """Longest answer that is generated."""
    samples: int
    """Rows shown side by side ..."""
    samples_open: int
    """... and where the goal is open-ended, so that a blind vote on them can tell something."""
    sample_characters: int
    """A shown text is cut to this many characters."""


class CheckpointSettings(_Table):
    """Checkpoints of a running training."""

    seconds: float
    """Least time between two."""
    cost_share: float
    """Share of the training time that they may take."""
    kept: int
    space_factor: float
    """Free disk needed, over the size of the checkpoints."""


class OutlierSettings(_Table):
    """Rows whose loss stands out after training."""

    excess: float
    """Robust standard deviations of the log loss above its median."""
    kept: int
    excerpt_characters: int


class HeartbeatSettings(_Table):
    """When a training that says nothing is stalled."""

    least_seconds: float
    slow_factor: float
    """Times the slowest step so far."""


class AlertSettings(_Table):
    """Alarms that are sent out of the program."""

    seconds: float
    """Longest time for one."""
    last_seconds: float
    """Longest time at the end of the pilot for those that still wait."""
    waiting: int
    """Most alarms that wait."""


class TrainingSettings(_Table):
    """What is kept of a run."""

    points_kept: int
    """Points of the training loss kept with the facts."""


class PilotSettings(_Table):
    """Everything that `pilot.toml` says."""

    source: str
    date: str
    rows: RowSettings
    proof: ProofSettings
    few_shot: FewShotSettings
    scoring: ScoringSettings
    generating: GeneratingSettings
    training: TrainingSettings
    checkpoint: CheckpointSettings
    outliers: OutlierSettings
    heartbeat: HeartbeatSettings
    alert: AlertSettings


@cache
def pilot_settings() -> PilotSettings:
    """The settings, read once."""
    return read_preset("pilot.toml", PilotSettings)


def general_source(own: Path | None) -> str:
    """Where the general text comes from, in words."""
    return "the program's own sentences" if own is None else f"your own text {one_line(own.name, 60)}"


def general_text() -> tuple[str, ...]:
    """General prose, one sentence each, on which forgetting is measured."""
    lines = files("presets").joinpath("probe.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line)
