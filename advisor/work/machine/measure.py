"""The speeds of one device, with the processor's other users taken into account."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from advisor.work.machine.parts import Parts
from advisor.work.machine.power import meter_of, watched
from advisor.work.machine.speed import copy_speed, matmul_speed, number_formats
from heuristics.facts.machine import Device, Throughput

if TYPE_CHECKING:
    import torch

UNDISTURBED = 0.75
"""Share of the processor that a measurement gets on a quiet machine; making the matrices takes the rest."""


def measured(device: Device, cores: int, parts: Parts) -> Device:
    """The same device with its measured speeds; what cannot be measured is told in `parts`."""
    import torch

    place = torch.device(f"{'cuda' if device.kind == 'rocm' else device.kind}:{device.index}")
    wall, work = time.perf_counter(), time.process_time()
    meter = parts.attempt(f"Power of {device.name}", lambda: meter_of(device), None)
    with _threads(cores), watched(meter) as seen:
        device = _with_speeds(device, place, parts, time.perf_counter)
    device = replace(device, power=seen.reading)
    if device.kind != "cpu":
        return device
    share = (time.process_time() - work) / (time.perf_counter() - wall) / cores
    if share >= UNDISTURBED:
        return device
    parts.tell(
        f"Other programs held {1 - share:.0%} of the processor while it was measured:"
        f" its speed is worked out from the time that one core really had, times {cores}"
    )
    # Threads that wait for each other on a crowded processor measure the crowd, not the processor.
    with _threads(1):
        alone = _with_speeds(device, place, parts, time.thread_time)
    return undisturbed(device, alone, cores)


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """So many threads of torch's for a while: who works on in this process has the others back."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def undisturbed(crowded: Device, one_core: Device, cores: int) -> Device:
    """A processor's speeds from one core's own time; the crowded measurement stays as the low end."""
    speeds = [
        replace(
            each,
            tflops=each.tflops * cores,
            low=min(each.low * cores, _low_end(crowded, each.dtype)),
            high=each.high * cores,
        )
        for each in one_core.throughput
    ]
    bandwidth = max(crowded.bandwidth_gb_per_s or 0.0, one_core.bandwidth_gb_per_s or 0.0)
    return with_bf16(replace(one_core, throughput=tuple(speeds), bandwidth_gb_per_s=bandwidth or None))


def with_bf16(device: Device) -> Device:
    """bf16 counts when its products ran at least as fast as fp32 ones; unmeasured, nothing changes."""
    bf16, fp32 = device.speed("bf16"), device.speed("fp32")
    return replace(device, bf16=bf16.tflops >= fp32.tflops) if bf16 and fp32 else device


def _low_end(crowded: Device, dtype: str) -> float:
    speed = crowded.speed(dtype)
    return speed.tflops if speed else float("inf")


def _with_speeds(device: Device, place: "torch.device", parts: Parts, clock: Callable[[], float]) -> Device:
    speeds: list[Throughput] = []
    for dtype in number_formats(device.kind, device.compute_capability):
        speed = parts.attempt(
            f"{dtype} speed of {device.name}",
            lambda dtype=dtype: matmul_speed(place, dtype, device.memory_free, clock),  # type: ignore[misc]
            None,
        )
        speeds += [speed] if speed else []
    bandwidth = parts.attempt(
        f"Memory bandwidth of {device.name}", lambda: copy_speed(place, device.memory_free, clock), None
    )
    return with_bf16(replace(device, throughput=tuple(speeds), bandwidth_gb_per_s=bandwidth))
