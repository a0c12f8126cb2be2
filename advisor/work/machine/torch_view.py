"""What the installed torch can use: its builds and the GPUs that it sees."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.text import one_line
from advisor.work.machine.parts import Parts, within
from heuristics.facts.machine import DeviceKind

PATIENCE = 20.0
"""Seconds for one look at one maker's GPUs: many GPUs whose driver was unloaded take most of that."""


@dataclass(frozen=True, slots=True)
class TorchGpu:
    """One GPU as torch sees it."""

    kind: DeviceKind
    index: int
    name: str
    memory_total: int
    """Bytes."""
    uuid: str = ""
    memory_free: int | None = None
    """Bytes; None where it was not asked."""
    compute_capability: str | None = None
    bf16: bool = False
    shared_memory: bool = False
    why_not: str = ""
    """One line when torch sees it but cannot compute on it."""


@dataclass(frozen=True, slots=True)
class TorchView:
    """The installed torch."""

    version: str | None = None
    backends: tuple[str, ...] = ()
    gpus: tuple[TorchGpu, ...] = ()
    trouble: str = ""
    """Why a torch built for NVIDIA or AMD GPUs finds none, in its own words."""


def look_through_torch(parts: Parts, ask_free: bool) -> TorchView:
    """Import torch and ask it; parts that fail are told in `parts`.

    `ask_free` asks NVIDIA GPUs for free memory, which takes some itself: only where the driver did not tell.
    """
    import torch

    gpus: list[TorchGpu] = []
    trouble = ""
    if torch.version.cuda is not None or torch.version.hip is not None:
        trouble = parts.attempt("GPUs in torch", lambda: within(PATIENCE, _cuda_trouble), "")
        if not trouble:
            gpus += parts.attempt("GPUs in torch", lambda: within(PATIENCE, lambda: _cuda_gpus(ask_free)), [])
    gpus += parts.attempt("Apple GPU in torch", lambda: within(PATIENCE, _apple_gpus), [])
    gpus += parts.attempt("Intel GPUs in torch", lambda: within(PATIENCE, _intel_gpus), [])
    return TorchView(one_line(str(torch.__version__), 40), _backends(), tuple(gpus), trouble)


def kernels_missing(capability: tuple[int, int], built_for: Sequence[str]) -> str:
    """One line when a torch built for these architectures ("sm_80", "compute_90" …) has no code for a
    device, "" when it has: compiled code runs on the same major version, portable code on any later."""
    for name in built_for:
        found = re.fullmatch(r"(sm|compute)_(\d+)(\d)[af]?", name)
        if not found:
            continue
        major, minor = int(found[2]), int(found[3])
        later = (major, minor) <= capability
        if later and (major == capability[0] or found[1] == "compute"):
            return ""
    if not built_for:
        return ""
    return (
        f"this torch was built for {', '.join(built_for)}, not for capability {capability[0]}.{capability[1]}"
    )


def _backends() -> tuple[str, ...]:
    import torch

    names = ["cpu"]
    if torch.version.cuda is not None:
        names.append(f"cuda {torch.version.cuda}")
    if torch.version.hip is not None:
        names.append(f"rocm {torch.version.hip}")
    if torch.backends.mps.is_built():
        names.append("mps")
    if getattr(torch.version, "xpu", None) is not None:
        names.append("xpu")
    return tuple(names)


def _cuda_trouble() -> str:
    """Why CUDA or ROCm does not start, "" when it does."""
    import torch

    if torch.cuda.is_available():
        return ""
    try:
        torch.cuda.current_device()
    except (RuntimeError, AssertionError) as error:
        return one_line(str(error), 160)
    return "it finds no GPU"


def _cuda_gpus(ask_free: bool) -> list[TorchGpu]:
    import torch

    rocm = torch.version.hip is not None
    found = []
    for index in range(torch.cuda.device_count()):
        about = torch.cuda.get_device_properties(index)
        version = (about.major, about.minor)
        free = torch.cuda.mem_get_info(index)[0] if rocm or ask_free else None
        gpu = TorchGpu(
            kind="rocm" if rocm else "cuda",
            index=index,
            name=one_line(about.name, 80),
            memory_total=about.total_memory,
            uuid=str(getattr(about, "uuid", "")),
            memory_free=free,
            compute_capability=about.gcnArchName.split(":")[0] if rocm else f"{version[0]}.{version[1]}",
            bf16=rocm or about.major >= 8,
            shared_memory=bool(about.is_integrated),
            why_not="" if rocm else kernels_missing(version, torch.cuda.get_arch_list()),
        )
        found.append(gpu)
    return found


def _apple_gpus() -> list[TorchGpu]:
    import torch

    if not torch.backends.mps.is_available():
        return []
    total = int(torch.mps.recommended_max_memory())
    free = max(0, total - int(torch.mps.driver_allocated_memory()))
    return [TorchGpu("mps", 0, "Apple GPU", total, memory_free=free, shared_memory=True)]


def _intel_gpus() -> list[TorchGpu]:
    import torch

    if not torch.xpu.is_available():
        return []
    found = []
    for index in range(torch.xpu.device_count()):
        about = torch.xpu.get_device_properties(index)
        gpu = TorchGpu(
            kind="xpu",
            index=index,
            name=one_line(about.name, 80),
            memory_total=about.total_memory,
            memory_free=torch.xpu.mem_get_info(index)[0],
            bf16=bool(getattr(about, "has_bfloat16_conversions", True)),
            shared_memory=bool(getattr(about, "is_integrated_gpu", False)),
        )
        found.append(gpu)
    return found
