"""The constants that settings, memory, time and cost are worked out with, by subject."""

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
class MemoryLimits:
    """Memory by formula."""

    allowance: float
    """Fragmentation and small buffers, factor."""
    gpu_overhead: float
    """Context and workspaces of one process, bytes."""
    cpu_overhead: float
    """Interpreter and libraries of the training process, bytes."""
    fits_share: float
    """Of the free memory."""
    low: float
    """Low end of the interval, factor."""
    high: float
    """High end of the interval, factor."""
    context: float
    """A process's own share of a GPU, bytes …"""
    context_least: float
    """… at least."""
    simulated_low: float
    """Low end of the interval around a simulated peak, factor."""
    simulated_high: float
    nf4_bytes: float
    """Per quantised weight with double quantisation."""
    logit_bytes: float
    """Per token and vocabulary entry that the loss holds at once."""
    loss_tile_tokens: int
    """Tokens whose logits exist at once."""
    loss_tile_vocabulary: int
    """Vocabulary entries whose logits exist at once."""
    residual_room: float
    """A corrected prediction holds within this factor of what pilots have measured."""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Speed and duration."""

    mfu_full: float
    """Share of the peak, full fine-tuning."""
    mfu_lora: float
    mfu_qlora: float
    matmul_ceiling: float
    """Measured matrix product speed over the datasheet peak."""
    cpu_efficiency: float
    """Training speed over measured matrix product speed on a CPU, for wide models."""
    cpu_half_width: float
    """Hidden size at which a CPU reaches half of that efficiency."""
    spread: float
    """GPU speeds lie within this factor."""
    cpu_spread: float
    """CPU speeds lie within this factor."""
    cpu_core_gflops: float
    """Per core when nothing was measured."""
    unmeasured_tflops: float
    """A GPU that was not measured."""
    unmeasured_spread: float
    """Speeds of an unmeasured device lie within this factor."""
    step_overhead: float
    """Seconds that one micro-batch costs however small the model."""
    layer_overhead: float
    """Seconds per layer that one micro-batch costs however narrow the model."""
    gpu_layer_full: float
    """The same where a GPU computes what the processor prepared, by method: full fine-tuning …"""
    gpu_layer_lora: float
    """… LoRA …"""
    gpu_layer_qlora: float
    """… and QLoRA."""
    gpu_layer_recomputed: float
    """How many times that is when activations are recomputed."""
    measured_spread: float
    """A measured speed holds for the full run within this factor."""
    startup_seconds: float
    """Loading libraries and a small model, and saving."""
    load_bytes_per_second: float
    """Reading weights."""
    generate_token_overhead: float
    """Seconds per layer and generated token however narrow the model."""
    proof_steps: int
    """Optimizer steps of the pilot's proof."""
    evaluations: int
    """Held-out evaluations in one pilot run."""
    generated_rows: int
    """Rows answered by each model for exact match and samples."""
    validation_most: int
    """Validation rows scored each time."""
    test_most: int
    """Test rows scored."""
    generate_batch: int
    """Rows answered at once."""


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


@dataclass(frozen=True, slots=True)
class OfferLimits:
    """Cloud offers."""

    allowance: float
    """Cost of one failed run, factor."""
    setup_hours: float
    """Billed before training starts."""
    multi_gpu_efficiency: float
    """Speed of each further GPU with data parallelism."""
    sharded_efficiency: float
    """Speed of each further GPU when weights are sharded and gathered for every layer."""
    most: int
    """Offers shown, besides the best one of every other provider."""
    simulations: int
    """Training steps simulated to prove that offers fit, at most."""
    upload_bytes_per_second: float
    """From this machine to the cloud."""
    download_bytes_per_second: float
    """From a model hub to the cloud."""
    transfer_spread: float
    """True transfer speeds lie within this factor."""
    spot_interruptions_per_hour: float
    spot_interruptions_high: float
    """High end of the same."""


@dataclass(frozen=True, slots=True)
class EnergyLimits:
    """Electricity."""

    price: float
    """USD per kWh when the user states none."""
    rest_low: float
    """The machine around a GPU under load, W …"""
    rest_high: float
    supply_efficiency: float
    """Of the power supply: what arrives over what is drawn from the wall."""
    training_low: float
    """Power while training over power while multiplying matrices …"""
    training_high: float
    limit_low: float
    """Power while training over the board's power limit …"""
    limit_high: float
    gpu_low: float
    """A GPU that tells neither power nor limit, W …"""
    gpu_high: float
    core_low: float
    """Each core of a processor under load, W …"""
    core_high: float
    chip_low: float
    """A whole machine whose GPU shares the chip and memory of its processor, W …"""
    chip_high: float


@dataclass(frozen=True, slots=True)
class ShardLimits:
    """Training sharded over several GPUs."""

    layers_gathered: float
    """Layers that are whole at once on each GPU: the current, the prefetched, and one being copied."""
    buckets: float
    """Bytes of a ZeRO bucket of gradients or weights; several are alive at once …"""
    buckets_alive: float
    communication: float
    """Buffers of the communication library on each GPU, bytes."""
    low: float
    """Low end of the interval around the arithmetic, factor."""
    high: float


@dataclass(frozen=True, slots=True)
class SiblingLimits:
    """From a pilot on a smaller model to the model that is meant."""

    exponent_low: float
    """The reducible loss falls with model size to the power of minus this, with adapters …"""
    exponent_high: float
    full_exponent_low: float
    """… and with all weights trained."""
    full_exponent_high: float


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
