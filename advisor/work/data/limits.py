"""Limits and names for data sets, read from the presets."""

from functools import cache

from pydantic import BaseModel, ConfigDict

from advisor.preset_file import read_preset


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReaderLimits(_Table):
    """What keeps reading bounded."""

    longest_line_bytes: int
    unpacked_free_bytes: int
    unpacked_ratio: int
    record_lines: int
    sample_rows: int
    problems_kept: int
    binary_control_share: float
    most_files: int
    rows_for_pilot: int
    most_fetched_bytes: int


class SplitLimits(_Table):
    """Sizes of the held-out parts."""

    validation_share: float
    validation_least: int
    validation_most: int
    test_share: float
    test_least: int
    test_most: int
    train_least_share: float


class LabelLimits(_Table):
    """When answers count as classes."""

    most_classes: int
    longest: int
    rows_per_class: int


class RepeatLimits(_Table):
    """When an answer comes too often."""

    least_rows: int
    least_share: float


class ScanLimits(_Table):
    """How a file is divided among processes."""

    part_bytes: int
    part_rows: int
    frame_rows: int
    frame_characters: int
    alone_bytes: int
    workers: int


class LengthLimits(_Table):
    """How tokens are counted."""

    exact_bytes: int
    sample_rows: int
    early_bytes: int
    early_rows: int
    candidates: tuple[int, ...]
    histogram_bins: int


class DataLimits(_Table):
    """Everything that `data.toml` says."""

    source: str
    date: str
    reader: ReaderLimits
    split: SplitLimits
    labels: LabelLimits
    lengths: LengthLimits
    repeats: RepeatLimits
    scan: ScanLimits
    columns: dict[str, tuple[str, ...]]
    """Part a column plays -> names it goes by, most telling first."""
    roles: dict[str, tuple[str, ...]]
    """Role -> names that formats give it."""


@cache
def data_limits() -> DataLimits:
    """The limits, read once."""
    return read_preset("data.toml", DataLimits)
