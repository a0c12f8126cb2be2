"""One list of devices out of what the drivers, torch and the system say."""

from collections.abc import Iterable, Sequence

from advisor.work.machine.cards import Card
from advisor.work.machine.gpu_names import preset_of
from advisor.work.machine.nvidia import NvidiaGpu
from advisor.work.machine.torch_view import TorchGpu, TorchView
from heuristics.facts.machine import Cpu, Device, Memory
from heuristics.facts.market import GpuPreset

SPLIT = "split by MIG: only its parts can be used"
HIDDEN = "hidden from this process, look at CUDA_VISIBLE_DEVICES"


def gpu_devices(
    nvidia: Sequence[NvidiaGpu],
    cards: Sequence[Card],
    view: TorchView,
    cpu: Cpu,
    presets: Sequence[GpuPreset],
) -> list[Device]:
    """Every GPU once, usable or not, in the order in which torch numbers them."""
    left = list(nvidia)
    devices = []
    for gpu in view.gpus:
        twin = _twin(gpu, left)
        if twin is not None:
            left.remove(twin)
        devices.append(_device(gpu, twin, cpu, presets))
    devices += [_unseen(each, view, presets) for each in left]
    for kind in ("rocm", "xpu"):
        if not any(each.kind == kind for each in view.gpus):
            own = [each for each in cards if each.kind == kind]
            devices += [_unseen_card(index, each, view, presets) for index, each in enumerate(own)]
    return devices


def cpu_device(cpu: Cpu, memory: Memory) -> Device:
    """The processor as a device; main memory is its memory."""
    native = any("bf16" in each for each in cpu.features)
    return Device("cpu", 0, cpu.name, memory.total, memory.available, native, shared_memory=True)


def best_first(devices: Iterable[Device]) -> tuple[Device, ...]:
    """Usable GPUs by speed and memory, then those that cannot be used, the CPU last."""

    def rank(device: Device) -> tuple[bool, bool, float, int]:
        speed = device.best.tflops if device.best else 0.0
        return (device.kind == "cpu", not device.usable, -speed, -device.memory_free)

    return tuple(sorted(devices, key=rank))


def _twin(gpu: TorchGpu, left: Sequence[NvidiaGpu]) -> NvidiaGpu | None:
    """What the driver says about a GPU of torch: by its identity, else by its name."""
    if gpu.kind != "cuda":
        return None
    whole = [each for each in left if not each.split]
    for each in whole:
        if gpu.uuid and each.uuid.partition("-")[2] == gpu.uuid.removeprefix("GPU-").removeprefix("MIG-"):
            return each
    return next((each for each in whole if each.name == gpu.name), None)


def _device(gpu: TorchGpu, twin: NvidiaGpu | None, cpu: Cpu, presets: Sequence[GpuPreset]) -> Device:
    free, total = gpu.memory_free, gpu.memory_total
    if twin is not None and twin.memory_total and twin.memory_free is not None:
        free, total = twin.memory_free, twin.memory_total
    name = cpu.name if gpu.kind == "mps" else gpu.name
    preset = preset_of(name, total, presets)
    return Device(
        kind=gpu.kind,
        index=gpu.index,
        name=name,
        memory_total=total,
        memory_free=total if free is None else free,
        bf16=gpu.bf16,
        compute_capability=gpu.compute_capability,
        driver=twin.driver if twin else None,
        power_limit_w=twin.power_limit_w if twin else None,
        usable=not gpu.why_not,
        why_not=gpu.why_not,
        processes=twin.processes if twin else (),
        utilisation=twin.utilisation if twin else None,
        slowed_by=twin.slowed_by if twin else (),
        temperature=twin.temperature if twin else None,
        display=twin.display if twin else False,
        shared_memory=gpu.shared_memory,
        preset=preset.name if preset else None,
    )


def _unseen(gpu: NvidiaGpu, view: TorchView, presets: Sequence[GpuPreset]) -> Device:
    """A GPU that the driver knows and torch does not."""
    preset = preset_of(gpu.name, gpu.memory_total, presets)
    total = gpu.memory_total or (preset.memory if preset else 0)
    return Device(
        kind="cuda",
        index=gpu.index,
        name=gpu.name if gpu.part is None else f"{gpu.name} part {gpu.part}",
        memory_total=total,
        memory_free=total if gpu.memory_free is None else gpu.memory_free,
        bf16=preset.bf16 if preset else False,
        compute_capability=gpu.compute_capability,
        driver=gpu.driver,
        power_limit_w=gpu.power_limit_w,
        usable=False,
        why_not=SPLIT if gpu.split else _why_unseen("cuda", view),
        processes=gpu.processes,
        utilisation=gpu.utilisation,
        slowed_by=gpu.slowed_by,
        temperature=gpu.temperature,
        display=gpu.display,
        preset=preset.name if preset else None,
    )


def _unseen_card(index: int, gpu: Card, view: TorchView, presets: Sequence[GpuPreset]) -> Device:
    """A card that the kernel knows and torch does not."""
    preset = preset_of(gpu.name, gpu.memory_total or None, presets)
    known = preset.memory if preset and gpu.kind == "xpu" else 0
    return Device(
        kind=gpu.kind,
        index=index,
        name=gpu.name if preset is None or gpu.kind == "rocm" else f"Intel {preset.name}",
        memory_total=known or gpu.memory_total,
        memory_free=known or gpu.memory_free,
        bf16=preset.bf16 if preset else False,
        usable=False,
        why_not=_why_unseen(gpu.kind, view),
        utilisation=gpu.utilisation,
        power_limit_w=gpu.power_limit_w,
        temperature=gpu.temperature,
        preset=preset.name if preset else None,
    )


def _why_unseen(backend: str, view: TorchView) -> str:
    shown = {"cuda": "CUDA", "rocm": "ROCm", "xpu": "XPU"}[backend]
    if view.version is None:
        return "torch does not import on this machine"
    if not any(each.startswith(backend) for each in view.backends):
        return f"the installed torch {view.version} was built without {shown}: install its {shown} build"
    if view.trouble:
        return f"torch cannot start {shown}: {view.trouble}"
    if backend == "cuda":
        return HIDDEN
    variable = {"rocm": "HIP_VISIBLE_DEVICES", "xpu": "ONEAPI_DEVICE_SELECTOR"}[backend]
    return f"torch does not see it, look at {variable}"
