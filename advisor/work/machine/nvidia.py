"""NVIDIA GPUs as the driver's own library (NVML) describes them; every single call may fail."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from advisor.text import one_line
from advisor.work.machine.nvml import Nvml
from heuristics.facts.machine import GpuProcess

T = TypeVar("T")
LIBRARY_NOT_FOUND = 12
"""NVML's number for a machine without the NVIDIA driver."""
SLOWED = {
    0x04: "the power limit",
    0x08: "a hardware slowdown",
    0x20: "heat (driver)",
    0x40: "heat (hardware)",
    0x80: "the power supply",
}
"""NVML's clock reasons (nvml.h, nvmlClocksEventReason*) that make a busy GPU slower than its data sheet."""
CORE_SENSOR = 0
"""NVML's number of the temperature sensor on the die."""


@dataclass(frozen=True, slots=True)
class NvidiaGpu:
    """One GPU, or one part of a GPU that MIG has split."""

    index: int
    """The driver's number of the whole GPU."""
    name: str
    uuid: str
    driver: str | None
    memory_total: int | None = None
    """Bytes; None where the driver does not say, as on GPUs that share main memory."""
    memory_free: int | None = None
    compute_capability: str | None = None
    power_limit_w: float | None = None
    utilisation: float | None = None
    processes: tuple[GpuProcess, ...] = ()
    slowed_by: tuple[str, ...] = ()
    """Why its clocks are held down now."""
    temperature: int | None = None
    """Degrees Celsius."""
    display: bool = False
    """True when a screen is drawn by it."""
    part: int | None = None
    """Number of the MIG part, None for a whole GPU."""
    split: bool = False
    """True for a GPU that MIG has split: only its parts can be used."""


class _Reader:
    """Reads one GPU; a call that fails costs only its own answer, and one line."""

    def __init__(self, nvml: Nvml, driver: str | None, name_of: Callable[[int], str]) -> None:
        self.nvml = nvml
        self.driver = driver
        self.name_of = name_of
        self.silent: set[str] = set()

    def ask(self, what: str, call: Callable[..., T], *arguments: object) -> T | None:
        try:
            return call(*arguments)
        except (self.nvml.NVMLError, AttributeError, OSError, ValueError) as error:
            # Many devices simply do not have a power limit or MIG: that is no problem to tell.
            if "not supported" not in str(error).lower():
                self.silent.add(f"{what} ({one_line(str(error) or type(error).__name__, 60)})")
            return None

    def read(self, index: int) -> list[NvidiaGpu]:
        """The GPU with this number, followed by its parts when MIG has split it."""
        nvml = self.nvml
        handle = self.ask("device", nvml.nvmlDeviceGetHandleByIndex, index)
        if handle is None:
            return []
        mode = self.ask("MIG mode", nvml.nvmlDeviceGetMigMode, handle)
        version = self.ask("compute capability", nvml.nvmlDeviceGetCudaComputeCapability, handle)
        power = self.ask("power limit", nvml.nvmlDeviceGetEnforcedPowerLimit, handle)
        rates = self.ask("utilisation", nvml.nvmlDeviceGetUtilizationRates, handle)
        whole = replace(
            self._common(handle, index),
            compute_capability=f"{version[0]}.{version[1]}" if version else None,
            power_limit_w=power / 1000 if power else None,
            utilisation=rates.gpu / 100 if rates else None,
            slowed_by=self._slowed(handle),
            temperature=self.ask("temperature", nvml.nvmlDeviceGetTemperature, handle, CORE_SENSOR),
            display=bool(self.ask("display", nvml.nvmlDeviceGetDisplayActive, handle)),
            split=bool(mode and mode[0] == 1),
        )
        return [whole, *(self._parts(handle, whole) if whole.split else ())]

    def _slowed(self, handle: object) -> tuple[str, ...]:
        """What holds the clocks down; the newer name of the call is missing in older drivers."""
        mask = self.ask("clock reasons", self.nvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle) or 0
        return tuple(words for bit, words in SLOWED.items() if mask & bit)

    def _parts(self, handle: object, whole: NvidiaGpu) -> Iterator[NvidiaGpu]:
        for number in range(self.ask("MIG parts", self.nvml.nvmlDeviceGetMaxMigDeviceCount, handle) or 0):
            try:
                part = self.nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, number)
            except self.nvml.NVMLError:
                # The count is what the GPU could be split into; numbers that are not in use raise.
                continue
            common = self._common(part, whole.index)
            yield replace(common, part=number, compute_capability=whole.compute_capability)

    def _common(self, handle: object, index: int) -> NvidiaGpu:
        memory = self.ask("memory", self.nvml.nvmlDeviceGetMemoryInfo, handle)
        return NvidiaGpu(
            index=index,
            name=_text(self.ask("name", self.nvml.nvmlDeviceGetName, handle)) or "NVIDIA GPU",
            uuid=_text(self.ask("UUID", self.nvml.nvmlDeviceGetUUID, handle)),
            driver=self.driver,
            memory_total=int(memory.total) if memory else None,
            memory_free=int(memory.free) if memory else None,
            processes=self._processes(handle),
        )

    def _processes(self, handle: object) -> tuple[GpuProcess, ...]:
        """Other programs on the device, each once."""
        nvml = self.nvml
        running = [
            *(self.ask("compute processes", nvml.nvmlDeviceGetComputeRunningProcesses, handle) or ()),
            *(self.ask("display processes", nvml.nvmlDeviceGetGraphicsRunningProcesses, handle) or ()),
        ]
        by_pid = {each.pid: each.usedGpuMemory for each in running if each.pid != os.getpid()}
        return tuple(GpuProcess(pid, self.name_of(pid), memory) for pid, memory in sorted(by_pid.items()))


def nvidia_gpus(nvml: Nvml, name_of: Callable[[int], str]) -> tuple[list[NvidiaGpu], list[str]]:
    """All GPUs that the driver knows, and one line per GPU for the calls that failed.

    `name_of` gives a process its name. Raises NVMLError when the library does not start.
    """
    nvml.nvmlInit()
    try:
        found: list[NvidiaGpu] = []
        problems: list[str] = []
        driver = _text(_Reader(nvml, None, name_of).ask("driver", nvml.nvmlSystemGetDriverVersion)) or None
        for index in range(nvml.nvmlDeviceGetCount()):
            reader = _Reader(nvml, driver, name_of)
            found += reader.read(index)
            if reader.silent:
                problems.append(f"NVIDIA GPU {index} does not tell: {', '.join(sorted(reader.silent))}")
        return found, problems
    finally:
        with suppress(nvml.NVMLError):
            nvml.nvmlShutdown()


def nvidia_on_bus(root: Path = Path("/sys/bus/pci/devices")) -> bool:
    """True when an NVIDIA display or compute device is plugged in, with or without a driver."""
    for device in root.glob("*"):
        try:
            vendor, kind = (device / "vendor").read_text().strip(), (device / "class").read_text().strip()
        except OSError:
            continue
        if vendor == "0x10de" and kind.startswith("0x03"):
            return True
    return False


def process_name(pid: int) -> str:
    """The name of a process, "?" when it belongs to somebody else or to another container."""
    import psutil

    try:
        return one_line(psutil.Process(pid).name(), 40)
    except psutil.Error:
        return "?"


def _text(value: object) -> str:
    """Older releases of the library answer in bytes."""
    return one_line(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or ""), 80)
