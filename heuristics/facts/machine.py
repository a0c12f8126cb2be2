"""What is known about this machine."""

from dataclasses import dataclass
from typing import Literal

DeviceKind = Literal["cpu", "cuda", "rocm", "mps", "xpu"]


@dataclass(frozen=True, slots=True)
class Throughput:
    """Measured matrix multiplication speed of one device in one number format."""

    dtype: str
    """"fp32", "bf16", "fp16" or "tf32"."""
    tflops: float
    """Median of the timed repetitions, TFLOP/s."""
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cpu:
    """The processor as far as this process may use it."""

    name: str
    cores: int
    """Physical cores usable here: affinity and cgroup quota honoured, at least 1."""
    threads: int
    """Logical processors usable here, at least 1."""
    features: tuple[str, ...] = ()
    """Instruction sets that matter for training: "avx2", "avx512f", "avx512_bf16", "amx_bf16", "neon" …"""
    cgroup_quota: float | None = None
    """CPU quota of the container in processors, None when unlimited."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Main memory as far as this process may use it, in bytes."""

    total: int
    available: int
    limited_by: Literal["host", "cgroup"]
    swap_total: int = 0
    swap_used: int = 0


@dataclass(frozen=True, slots=True)
class Disk:
    """One place where files will be written."""

    purpose: Literal["case", "models"]
    path: str
    free: int
    """Bytes free for this user."""
    write_mb_per_s: float | None = None
    """Measured by writing and syncing a small file; None when not measured."""
    writable: bool = True


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """Another program that holds memory of a device."""

    pid: int
    name: str
    memory: int | None = None
    """Bytes, None when the driver does not say."""


@dataclass(frozen=True, slots=True)
class PowerReading:
    """Electric power that was drawn while the speed was measured."""

    watts: float
    """Median while matrices were multiplied."""
    covers: Literal["board", "package", "machine"]
    """What the meter sees: the GPU's board, the processor's package, or everything on the battery."""
    source: str
    """Which meter: "NVML", "RAPL" …"""


@dataclass(frozen=True, slots=True)
class Device:
    """One thing that can train: a GPU, or the CPU itself."""

    kind: DeviceKind
    index: int
    name: str
    memory_total: int
    """Bytes that training may use at most; for the CPU the main memory limit."""
    memory_free: int
    """Bytes free when probed."""
    bf16: bool
    """True when bf16 matrix products run at least as fast as fp32 here."""
    throughput: tuple[Throughput, ...] = ()
    bandwidth_gb_per_s: float | None = None
    """Measured memory copy bandwidth, GB/s (10^9 bytes, read plus write)."""
    compute_capability: str | None = None
    driver: str | None = None
    power_limit_w: float | None = None
    power: PowerReading | None = None
    """What it draws under load, None when no meter answers."""
    usable: bool = True
    """False when the installed torch cannot use it."""
    why_not: str = ""
    """One line, when usable is False."""
    processes: tuple[GpuProcess, ...] = ()
    utilisation: float | None = None
    """Share of time busy when probed, 0 to 1."""
    shared_memory: bool = False
    """True when device memory is main memory (Apple, integrated GPUs, the CPU)."""
    slowed_by: tuple[str, ...] = ()
    """What holds its clocks down now, such as "heat (hardware)"; empty when nothing does or nobody says."""
    temperature: int | None = None
    """Degrees Celsius."""
    display: bool = False
    """True when a screen is drawn by it."""
    preset: str | None = None
    """Name of the matching entry in the GPU preset, None when there is none."""

    @property
    def best(self) -> Throughput | None:
        """The fastest measured number format."""
        return max(self.throughput, key=lambda each: each.tflops, default=None)

    def speed(self, dtype: str) -> Throughput | None:
        """The measured speed in one number format, None when not measured."""
        return next((each for each in self.throughput if each.dtype == dtype), None)


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """Everything a probe found out."""

    measured_at: str
    """ISO 8601 time in UTC."""
    system: str
    """Such as "Linux 6.1 x86_64"."""
    cpu: Cpu
    memory: Memory
    disks: tuple[Disk, ...]
    devices: tuple[Device, ...]
    """Best first; the CPU is always there and always last."""
    torch: str | None = None
    """Version of the installed torch, None when it does not import."""
    torch_backends: tuple[str, ...] = ()
    """What this torch was built for: "cpu", "cuda 12.8", "rocm 6.2", "mps", "xpu"."""
    quantisation: bool = False
    """True when bitsandbytes is installed and imports."""
    container: str | None = None
    """"docker", "kubernetes", "lxc", "wsl" … when detected."""
    problems: tuple[str, ...] = ()
    """One line for each part of the probe that failed or timed out."""

    @property
    def device(self) -> Device:
        """The best device that training can use: the first usable one."""
        return next((each for each in self.devices if each.usable), self.devices[-1])
