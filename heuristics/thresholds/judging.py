"""The thresholds that rules judge with, by subject."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MachineLimits:
    """Findings about the machine."""

    memory_low_share: float
    """Free share of main memory below which other programs are in the way."""
    gpu_busy_share: float
    """Share of device memory held by others that is worth a word."""
    disk_low_bytes: float
    """Free disk below which checkpoints are at risk."""
    disk_block_bytes: float
    """Free disk below which a pilot cannot write its files."""
    swap_used_share: float
    """Used share of swap that says memory is short."""
    disk_slow_mb_per_s: float
    """Measured writing speed below which checkpoints hold training up."""
    hot_degrees: float
    """Degrees Celsius from which a GPU is about to slow itself down."""


@dataclass(frozen=True, slots=True)
class DataLimits:
    """Findings about the data."""

    malformed_share_block: float
    """More lost lines than this mean a broken file."""
    rows_block: int
    """Fewer usable rows cannot be tuned and tested."""
    rows_risk: int
    """Fewer usable rows give wide intervals."""
    empty_share_risk: float
    empty_share_block: float
    duplicate_share_risk: float
    duplicate_share_block: float
    """Rows are counted once before training, so only a file that is mostly copies is stopped."""
    near_duplicate_share_risk: float
    conflict_share_risk: float
    conflict_share_block: float
    mojibake_share_risk: float
    control_share_risk: float
    placeholder_share_risk: float
    role_share_risk: float
    role_share_block: float
    class_rows_risk: int
    """A class with fewer rows is hardly learnt or tested."""
    largest_class_risk: float
    """Share of the most frequent answer."""
    format_confidence_risk: float
    """Share of sampled rows that fit the format."""
    truncation_risk: float
    """Share of answer tokens cut off."""
    truncation_block: float
    no_answer_block: float
    """Share of rows that keep no answer token."""
    few_labels: int
    """Most classes for a data set to be seen as classification by suggestion."""


@dataclass(frozen=True, slots=True)
class GoalLimits:
    """Findings about the goal and suggested gains."""

    gain_exact_match: float
    """Suggested smallest gain, share of rows or of words."""
    gain_loss: float
    """Suggested smallest gain, nats per answer token."""
    free_text_tokens: int
    """Median tokens from which a short answer is free text."""
    test_rows_risk: int
    """Fewer test rows cannot resolve a gain."""


@dataclass(frozen=True, slots=True)
class PilotLimits:
    """Findings about the pilot."""

    forgetting_risk: float
    """Rise of loss on general text, share."""
    forgetting_fail: float
    """Rise of loss on general text that stops a release, share."""
    overfit_rise: float
    """Rise of the last held-out loss above the best, share."""
    memory_off: float
    """Measured against predicted peak that is worth a word, share."""
    shift_seeds: int
    """Runs that must agree before a shift of preference is told."""
    shift_risk: float
    """Mean change of preference on counterfactual pairs that is worth a word, nats."""
    firm_factor: float
    """A gain whose lower bound is this many times the smallest gain is firm."""


@dataclass(frozen=True, slots=True)
class ForecastLimits:
    """Forecast of the learning curve."""

    widening: float
    """What the deviation of a forecast is multiplied with so that its 80 % band holds 80 % of the truths."""
    widening_share: float
    """The same for shares of right answers."""
    sizes_least: int
    """Fewest sizes of training set that a curve is fitted to."""
    fall_errors: float
    """The last step of a ladder lowered the loss when it fell by more than this many standard errors."""
    farthest: float
    """No forecast is made beyond this many times the largest size."""


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """The search for the learning rate, and how a rate is carried to longer runs."""

    factor: float
    """Neighbouring rates of the search differ by this factor."""
    extensions: int
    """Most further runs when the best rate lies at an edge."""
    noise_errors: float
    """A difference of losses counts beyond this many standard errors."""
    horizon_exponent: float
    """The best rate falls with the number of steps to this power."""
    batch_exponent: float
    """The best rate grows with the batch to this power."""
    carry_least: float
    """A rate is never carried over by a smaller factor."""
    carry_most: float
    """... nor by a larger one."""


@dataclass(frozen=True, slots=True)
class WatchLimits:
    """Alarms while training."""

    warmup_steps: int
    """Steps before any alarm but NaN."""
    ema: float
    """Weight of the past in running means."""
    window: int
    """Steps from which the noise of the loss is taken."""
    usual_steps: int
    """Newest steps whose median is the usual loss."""
    loss_floor: float
    """Added to every loss before ratios are taken, nats: below it differences do not matter."""
    noise_floor: float
    """Least noise of the log loss that is assumed, standard deviations."""
    spike_ratio: float
    """A loss is a spike above this many times the usual ..."""
    spike_sds: float
    """... and beyond this many standard deviations of the log loss."""
    raised_ratio: float
    """Losses in a row are a spike above this many times the usual ..."""
    raised_sds: float
    """... and beyond this many standard deviations."""
    spike_steps: int
    """How many in a row."""
    level_steps: int
    """Steps whose median is the level of the loss."""
    diverged_ratio: float
    """The level over its best."""
    diverged_steps: int
    """Steps above `diverged_ratio` in a row."""
    gradient_z: float
    """Deviations of the log gradient norm."""
    gradient_window: int
    """Steps within which two such gradients are an alarm."""
    overfit_evaluations: int
    """Held-out evaluations in a row that rise while training loss falls."""
    overfit_rise: float
    """Rise above the best held-out loss that counts, share."""
    plateau_evaluations: int
    """Fewest held-out evaluations for a plateau."""
    plateau_share: float
    """Last part of the run whose slope is judged."""
    plateau_change: float
    """Fall over those evaluations that is still a plateau, share of the loss."""
    plateau_rate_share: float
    """Evaluations at a learning rate below this share of its peak say nothing about a plateau."""
    quiet_steps: int
    """After an alarm the same kind stays silent this long."""
    perplexity_ratio: float
    """Held-out perplexity over its value at the evaluation before."""
    zero_gradient_steps: int
    """Steps in a row without a gradient."""
    cause_ratio: float
    """A loss is far above another beyond this factor."""


@dataclass(frozen=True, slots=True)
class MachineWatchLimits:
    """Alarms about the machine while training."""

    settling_steps: int
    """First steps, in which caches fill and clocks rise."""
    window: int
    """Steps over which memory and speed are judged."""
    creep_share: float
    """Rise of memory over the first window, share."""
    creep_bytes: float
    """... and in bytes."""
    throttled_share: float
    """Speed over the best window below which the machine is throttled or shared."""
    paging_faults: float
    """Pages read back from disk in every step of a window that mean memory is paged out."""
