"""The constants that memory, time, money and electricity are worked out with, by subject."""

from dataclasses import dataclass


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
