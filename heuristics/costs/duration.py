"""How long training takes: arithmetic over measured throughput, or measured tokens per second."""

from dataclasses import dataclass, replace

from heuristics.basis import Basis, Estimate
from heuristics.costs.flops import forward_flops, training_flops
from heuristics.facts.machine import Device
from heuristics.facts.model import ModelShape
from heuristics.planning.recipe import Method
from heuristics.thresholds.costs import TimeLimits

_FIXED_SPREAD = 1.5
"""Costs of preparing a step lie within this factor, so much narrower than speeds of arithmetic."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Floating point operations per second that training reaches, with what that rests on."""

    flops: float
    spread: float
    """True speeds lie between flops / spread and flops * spread."""
    basis: Basis
    source: str
    overlaps: bool = False
    """True when the device computes while the next step is prepared, as GPUs do."""


@dataclass(frozen=True, slots=True)
class Work:
    """One training run: what each token costs and how many there are."""

    shape: ModelShape
    method: Method
    length: int
    checkpointing: bool
    tokens: float
    """Over all passes, after truncation."""
    micro_batches: float
    """Over all passes."""


def device_speed(
    device: Device, shape: ModelShape, method: Method, precision: str, limits: TimeLimits
) -> Speed:
    """The speed to expect on this device for this method and number format."""
    measured = device.speed(precision) or device.best
    if device.kind == "cpu":
        efficiency = limits.cpu_efficiency * shape.hidden / (shape.hidden + limits.cpu_half_width)
    else:
        efficiency = utilisation(method, limits) / limits.matmul_ceiling
    if measured is not None and measured.tflops > 0:
        spread = limits.cpu_spread if device.kind == "cpu" else limits.spread
        source = (
            f"{efficiency:.0%} of measured {measured.dtype} matrix products, {measured.tflops:.3g} TFLOP/s"
        )
        overlaps = device.kind != "cpu"
        return Speed(measured.tflops * 1e12 * efficiency, spread, Basis.FORMULA, source, overlaps)
    return Speed(
        limits.unmeasured_tflops * 1e12 * efficiency if device.kind != "cpu" else _cores(limits, efficiency),
        limits.unmeasured_spread,
        Basis.ASSUMED,
        "the speed of this device was not measured",
        device.kind != "cpu",
    )


def _cores(limits: TimeLimits, efficiency: float) -> float:
    return limits.cpu_core_gflops * 1e9 * efficiency


def utilisation(method: Method, limits: TimeLimits) -> float:
    """Share of a GPU's datasheet peak that a method usually reaches."""
    shares: dict[Method, float] = {
        "full": limits.mfu_full,
        "lora": limits.mfu_lora,
        "qlora": limits.mfu_qlora,
    }
    return shares[method]


def training_time(work: Work, speed: Speed, limits: TimeLimits) -> Estimate:
    """Seconds of one run: arithmetic, and what each micro-batch costs however small the model is."""
    flops = training_flops(work.shape, work.method, work.length, work.checkpointing) * work.tokens
    return _estimate(flops, work.micro_batches * _prepared(work, speed, limits), speed)


def forward_time(work: Work, speed: Speed, limits: TimeLimits) -> Estimate:
    """Seconds to score `work.tokens` without training: a third of the fixed cost, forward arithmetic only."""
    flops = forward_flops(work.shape, work.length) * work.tokens
    # Without a backward pass nothing is recomputed.
    prepared = _prepared(replace(work, checkpointing=False), speed, limits)
    return _estimate(flops, work.micro_batches * prepared / 3, speed)


def _prepared(work: Work, speed: Speed, limits: TimeLimits) -> float:
    """Seconds in which a processor prepares the kernels of one micro-batch, forward and backward."""
    layer = limits.layer_overhead
    if speed.overlaps:
        # Each adapter adds products, each quantised matrix its unpacking, and recomputing a forward pass.
        layers: dict[Method, float] = {
            "full": limits.gpu_layer_full,
            "lora": limits.gpu_layer_lora,
            "qlora": limits.gpu_layer_qlora,
        }
        layer = layers[work.method] * (limits.gpu_layer_recomputed if work.checkpointing else 1.0)
    return limits.step_overhead + layer * work.shape.layers


def measured_time(tokens: float, tokens_per_second: tuple[float, ...], limits: TimeLimits) -> Estimate | None:
    """Seconds for `tokens` at measured speeds; None when no speed is positive."""
    speeds = [each for each in tokens_per_second if each > 0]
    if not speeds or tokens < 0:
        return None
    spread = limits.measured_spread
    low, high = tokens / max(speeds) / spread, tokens / min(speeds) * spread
    value = tokens / (sum(speeds) / len(speeds))
    return Estimate(value, low, high, "s", Basis.MEASURED, "tokens per second measured by the pilot")


def load_time(shape: ModelShape, limits: TimeLimits) -> float:
    """Seconds to start the libraries, read the weights and save at the end."""
    return limits.startup_seconds + 2.0 * shape.parameters / limits.load_bytes_per_second


def added(parts: tuple[Estimate, ...], constant: float = 0.0) -> Estimate:
    """The sum of durations that err together, plus a constant; unit, basis and source of the first."""
    first = parts[0]
    return Estimate(
        sum(each.value for each in parts) + constant,
        sum(each.low for each in parts) + constant,
        sum(each.high for each in parts) + constant,
        first.unit,
        first.basis,
        first.source,
    )


def _estimate(flops: float, fixed: float, speed: Speed) -> Estimate:
    seconds = flops / speed.flops
    # The fixed cost varies less than the arithmetic.
    value, low, high = (
        max(arithmetic, preparing) if speed.overlaps else arithmetic + preparing
        for arithmetic, preparing in (
            (seconds, fixed),
            (seconds / speed.spread, fixed / _FIXED_SPREAD),
            (seconds * speed.spread, fixed * _FIXED_SPREAD),
        )
    )
    return Estimate(value, low, high, "s", speed.basis, speed.source)
