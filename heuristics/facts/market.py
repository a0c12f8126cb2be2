"""What GPUs can do and what renting them costs, from the presets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GpuPreset:
    """One kind of GPU by its maker's figures."""

    name: str
    vendor: str
    memory: int
    """Bytes on the board; of machines sold in several sizes the smallest."""
    bandwidth_gb_per_s: float
    """10^9 bytes per second."""
    tflops: float | None
    """Dense bf16 or fp16 matrix products with fp32 accumulation, TFLOP/s; None when no figure was found."""
    bf16: bool
    """False where bf16 is emulated or missing."""
    compute_capability: str | None
    """Such as "8.9" for NVIDIA or "gfx942" for AMD."""
    verified: str
    """How sure the figures are: "yes", "derived", "unverified" or "bandwidth only"."""
    source: str
    date: str
    """ISO date of the figures."""
    aliases: tuple[str, ...] = ()
    """Other names by which drivers report it."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CloudOffer:
    """One instance that can be rented."""

    provider: str
    instance: str
    gpu: str
    """Name of the GPU preset."""
    gpus: int
    gpu_memory: int
    """Bytes per GPU as the provider exposes it."""
    usd_per_hour: float | None
    """US dollars per hour of the whole instance, on demand."""
    spot_usd_per_hour: float | None
    tflops: float | None
    """Per GPU, from the GPU preset."""
    date: str
    """ISO date of the price."""
    source: str
    verified: str
    """"yes", "partial" when sizes are from memory, "third party" for list prices collected by others."""
    region: str = ""
    vcpus: int | None = None
    ram: int | None = None
    """Bytes of main memory of the instance."""
    note: str = ""
    bf16: bool = True
    """Of the GPU, from its preset …"""
    compute_capability: str | None = None
    vendor: str = "NVIDIA"


@dataclass(frozen=True, slots=True)
class GpuForSale:
    """A GPU with its price as it was announced."""

    gpu: str
    """Name of the GPU preset."""
    usd: float
    watts: float
    """Board power."""
    memory: int
    """Bytes."""
    tflops: float
    bf16: bool
    compute_capability: str | None
    date: str
    source: str
    verified: str
