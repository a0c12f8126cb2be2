"""A driver library for tests, with GPUs that answer, refuse or are split."""

# ruff: noqa: N815

import time
from collections.abc import Sequence
from dataclasses import dataclass, field


class FakeError(Exception):
    """What the library raises."""


@dataclass
class Running:
    """A program on a GPU."""

    pid: int
    usedGpuMemory: int | None


@dataclass
class MemoryInfo:
    """Bytes."""

    total: int
    free: int


@dataclass
class Rates:
    """Per cent."""

    gpu: int


@dataclass
class FakeGpu:
    """One GPU; calls named in `refuses` raise with the message given there."""

    name: str = "NVIDIA GeForce RTX 4090"
    uuid: str = "GPU-1111"
    total: int = 24 << 30
    free: int = 20 << 30
    capability: tuple[int, int] = (8, 9)
    programs: tuple[Running, ...] = ()
    clock_reasons: int = 1
    temperature: int = 45
    display: int = 0
    parts: "tuple[FakeGpu | None, ...]" = ()
    refuses: dict[str, str] = field(default_factory=dict)


class FakeNvml:
    """The calls that the probe makes."""

    NVMLError: type[Exception] = FakeError

    def __init__(self, gpus: Sequence[FakeGpu], start: str = "", delay: float = 0.0) -> None:
        self.gpus = gpus
        self.start = start
        self.delay = delay
        self.shut = False

    def _of(self, handle: object, call: str) -> FakeGpu:
        assert isinstance(handle, FakeGpu)
        if call in handle.refuses:
            raise FakeError(handle.refuses[call])
        return handle

    def nvmlInit(self) -> None:
        time.sleep(self.delay)
        if self.start:
            raise FakeError(self.start)

    def nvmlShutdown(self) -> None:
        self.shut = True

    def nvmlSystemGetDriverVersion(self) -> object:
        return b"570.86.10"

    def nvmlDeviceGetCount(self) -> int:
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> object:
        return self._of(self.gpus[index], "handle")

    def nvmlDeviceGetName(self, handle: object) -> object:
        return self._of(handle, "name").name

    def nvmlDeviceGetUUID(self, handle: object) -> object:
        return self._of(handle, "uuid").uuid

    def nvmlDeviceGetMemoryInfo(self, handle: object) -> MemoryInfo:
        gpu = self._of(handle, "memory")
        return MemoryInfo(gpu.total, gpu.free)

    def nvmlDeviceGetCudaComputeCapability(self, handle: object) -> tuple[int, int]:
        return self._of(handle, "capability").capability

    def nvmlDeviceGetEnforcedPowerLimit(self, handle: object) -> int:
        self._of(handle, "power")
        return 450_000

    def nvmlDeviceGetUtilizationRates(self, handle: object) -> Rates:
        self._of(handle, "utilisation")
        return Rates(37)

    def nvmlDeviceGetComputeRunningProcesses(self, handle: object) -> list[Running]:
        return list(self._of(handle, "processes").programs)

    def nvmlDeviceGetGraphicsRunningProcesses(self, handle: object) -> list[Running]:
        return list(self._of(handle, "processes").programs[:1])

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, handle: object) -> int:
        return self._of(handle, "clocks").clock_reasons

    def nvmlDeviceGetTemperature(self, handle: object, sensor: int) -> int:
        assert sensor == 0
        return self._of(handle, "temperature").temperature

    def nvmlDeviceGetDisplayActive(self, handle: object) -> int:
        return self._of(handle, "display").display

    def nvmlDeviceGetMigMode(self, handle: object) -> tuple[int, int]:
        return (int(bool(self._of(handle, "mig").parts)),) * 2

    def nvmlDeviceGetMaxMigDeviceCount(self, handle: object) -> int:
        return len(self._of(handle, "parts").parts)

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle: object, index: int) -> object:
        part = self._of(handle, "part").parts[index]
        if part is None:
            raise FakeError("Not Found")
        return part
