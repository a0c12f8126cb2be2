"""The constants that the settings of a recipe are worked out with, by subject."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Learning rate."""

    base: float
    """LoRA rate at the reference batch for middle-sized models."""
    reference_batch: float
    """Examples per optimizer step at which `base` holds."""
    batch_exponent: float
    """Rate grows with batch to this power."""
    small_up_to: float
    """Parameters up to which `small_factor` applies."""
    small_factor: float
    large_from: float
    """Parameters from which `large_factor` applies."""
    large_factor: float
    short_steps: float
    """Runs shorter than this many steps take `short_factor`."""
    short_factor: float
    lowest: float
    """Bound inside the sizes that the sources cover."""
    highest: float
    """Bound inside the sizes that the sources cover."""
    covered_from: float
    """Smallest model, parameters, with a published setting; below it the rate is extrapolated."""
    covered_to: float
    """Largest model, parameters, in the sweeps."""
    tiny_width: float
    """Hidden size at which `base` and `small_factor` hold."""
    tiny_width_exponent: float
    """Below the covered sizes the rate grows with (tiny_width / hidden) to this power."""
    tiny_narrowest: float
    """Hidden size from which on narrower models get no higher rate."""
    spread: float
    """The range is value / spread to value * spread."""
    extrapolated_spread: float
    """The same outside the covered sizes."""
    full_divisor: float
    """LoRA rate over full fine-tuning rate."""
    full_cap_medium_from: float
    """Parameters from which full fine-tuning takes at most `full_cap_medium`."""
    full_cap_medium: float
    full_cap_large_from: float
    full_cap_large: float
    warmup_share: float
    """Share of steps."""
    warmup_least_steps: float
    warmup_most_steps: float
    warmup_most_share: float
    """Warm-up never takes more of a run than this."""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """Examples per optimizer step."""

    steps_aimed: float
    """The batch is chosen for about this many steps."""
    least: int
    most: int
    """Largest batch below `large_from` rows."""
    large_from: int
    """Rows from which `most_large` holds."""
    most_large: int
    least_steps_per_epoch: int
    """A batch is at most this part of the rows."""


@dataclass(frozen=True, slots=True)
class EpochsLimits:
    """Passes over the data."""

    small_rows: int
    """Fewer rows take `small`."""
    small: float
    middle: float
    large_rows: int
    """More rows take `large`."""
    large: float


@dataclass(frozen=True, slots=True)
class SamplesLimits:
    """Training rows of the pilot."""

    classify: int
    extract: int
    answer: int
    chat: int
    write: int
    raw: int
    """For raw text that is continued."""
    per_class: int
    """Rows wanted for each class."""
    least: int
    most: int
    train_share: float
    """Share of rows for training when the split is not known yet."""


@dataclass(frozen=True, slots=True)
class SequenceLimits:
    """Sequence length, tokens."""

    assumed: int
    """Before the tokens are counted."""
    least: int
    fine_below: int
    """Below this the length is a multiple of `fine_step`, else of `coarse_step`."""
    fine_step: int
    coarse_step: int
    whole: int
    """Up to this the longest row is taken whole: its activations cost little."""
    stretch: float
    """The longest row is taken whole when it is at most this many times p99."""
    assumed_fill: float
    """Mean row over sequence length before the tokens are counted."""


@dataclass(frozen=True, slots=True)
class AdapterLimits:
    """LoRA adapter."""

    rank: int
    rank_many: int
    rank_most: int
    many_tokens: float
    """Trained tokens from which `rank_many` holds."""
    most_tokens: float
    """Trained tokens from which `rank_most` holds."""
    widths_per_rank: int
    """Rank is at most hidden size over this."""
    alpha: int
    bits_per_parameter: float
    """What an adapter can store."""
    bits_per_token: float
    """What an answer token asks to be stored."""


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """Choice of model, method and precision."""

    cpu_bf16_from: float
    """Parameters from which bf16 is worth it on a CPU that does it well."""
    alternatives: int
    """Models named beside the chosen one."""
    ladder_step: float
    """Each line of the size table is at least this many times larger than the one before."""
    size_rows: int
    """Lines of the size table."""
