"""How fast a device multiplies matrices and moves memory, measured in about a second."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from heuristics.facts.machine import DeviceKind, Throughput

if TYPE_CHECKING:
    import torch

Clock = Callable[[], float]

SECONDS = 0.25
"""Time spent on one number format, after warming up."""
LEAST = 3
"""Repetitions below which there is no spread to speak of."""
MOST = 200
LONG = 0.02
"""Seconds that one product should take at least, so that starting it does not count."""
TOO_LONG = 0.15
SIDES = (256, 512, 1024, 2048, 4096, 8192)
SHARE = 0.1
"""Part of free memory that the matrices may take."""
COPY = {"cpu": 64 << 20, "gpu": 256 << 20}
"""Bytes copied at once: more than the caches hold."""


def number_formats(kind: DeviceKind, compute_capability: str | None = None) -> tuple[str, ...]:
    """The formats worth measuring on a kind of device."""
    if kind == "cpu":
        return ("fp32", "bf16")
    major = (compute_capability or "0").split(".")[0]
    if kind == "cuda" and major.isdigit() and int(major) >= 8:
        return ("fp32", "tf32", "bf16", "fp16")
    return ("fp32", "bf16", "fp16")


def throughput_of(dtype: str, operations: float, seconds: Sequence[float]) -> Throughput:
    """TFLOP/s from repetitions of `operations` each: the median, and the 10th to 90th percentile."""
    speeds = sorted(operations / each / 1e12 for each in seconds)
    tail = len(speeds) // 10
    low, high = speeds[tail], speeds[-1 - tail]
    return Throughput(dtype, *(float(f"{each:.4g}") for each in (statistics.median(speeds), low, high)))


def matmul_speed(
    device: "torch.device", dtype: str, memory_free: int, clock: Clock = time.perf_counter
) -> Throughput:
    """Dense square products in one number format, as large as takes LONG or fits.

    `clock` is in seconds: the wall's, or the thread's own where other programs take their share.
    """
    import torch

    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = dtype == "tf32"
    kind = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[
        dtype
    ]
    try:
        for side in SIDES:
            left = torch.randn(side, side, device=device).to(kind)
            right = torch.randn(side, side, device=device).to(kind)
            out = torch.empty(side, side, device=device, dtype=kind)
            product = _product(left, right, out)
            # The best of several: another program must not make the matrices too small.
            once = min(_timed(device, product, clock) for _ in range(LEAST))
            next_bytes = 3 * 4 * (2 * side) ** 2
            if once >= LONG or 8 * once > TOO_LONG or next_bytes > SHARE * memory_free:
                break
        seconds = _repeat(device, product, clock)
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
    return throughput_of(dtype, 2.0 * side**3, seconds)


def copy_speed(device: "torch.device", memory_free: int, clock: Clock = time.perf_counter) -> float:
    """Memory bandwidth in GB/s (10^9 bytes, read plus write), the median of whole copies."""
    import torch

    size = min(COPY["cpu" if device.type == "cpu" else "gpu"], int(SHARE * memory_free / 2))
    source = torch.ones(max(size, 1 << 20), dtype=torch.uint8, device=device)
    target = torch.empty_like(source)

    def copy() -> None:
        target.copy_(source)

    _timed(device, copy, clock)
    seconds = statistics.median(_repeat(device, copy, clock))
    return round(2 * source.numel() / seconds / 1e9, 1)


def _product(left: "torch.Tensor", right: "torch.Tensor", out: "torch.Tensor") -> Callable[[], None]:
    import torch

    def product() -> None:
        torch.mm(left, right, out=out)

    return product


def _repeat(device: "torch.device", work: Callable[[], None], clock: Clock) -> list[float]:
    seconds: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(seconds) < LEAST or (time.perf_counter() < end and len(seconds) < MOST):
        seconds.append(_timed(device, work, clock))
    return seconds


def _timed(device: "torch.device", work: Callable[[], None], clock: Clock) -> float:
    """Seconds until the device has finished."""
    import torch

    began = clock()
    work()
    if device.type in ("cuda", "xpu", "mps"):
        getattr(torch, device.type).synchronize()
    return max(clock() - began, 1e-9)
