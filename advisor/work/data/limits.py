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
    profiles_kept: int


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
    short_words: int
    """An answer of at most this many words is short."""
    nearly_all: float
    """Share of the answers that must be short."""
    fielded: float
    """Share of the answers that must have a field."""
    right_least: float
    own_most: float
    other_least: float


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
    batch_rows: int
    packed_rows: int


class AnswerLimits(_Table):
    """When an answer breaks off, loops or echoes."""

    least_characters: int
    least_rows: int
    full_stop_share: float
    cap_rows: int
    cap_characters: int
    loop_characters: int
    loop_ratio: float
    echo_characters: int
    sign_share: float


class LanguageLimits(_Table):
    """How languages are told apart."""

    rows: int
    least_letters: int
    least_score: float
    least_rows: int
    least_share: float


class SpreadLimits(_Table):
    """When rows are outliers, alike or sorted."""

    least_rows: int
    robust_z: float
    opening_share: float
    order_z: float
    order_excess: float


class DriftLimits(_Table):
    """When columns drift, and when pairs of answers lean to length."""

    least_rows: int
    rare_share: float
    longer_share: float


class TemplateLimits(_Table):
    """How far a chat template is tried."""

    seconds: float
    more_bytes: int


class TopicLimits(_Table):
    """When a group of rows is about something else than the others."""

    sample_rows: int
    least_rows: int
    least_group: int
    most_share: float
    clusters: int
    dimensions: int
    rare_elsewhere: float
    shared: float
    far: float
    fairly_far: float
    own_words: float


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
    answers: AnswerLimits
    languages: LanguageLimits
    spread: SpreadLimits
    drift: DriftLimits
    templates: TemplateLimits
    topics: TopicLimits


@cache
def data_limits() -> DataLimits:
    """The limits, read once."""
    return read_preset("data.toml", DataLimits)
