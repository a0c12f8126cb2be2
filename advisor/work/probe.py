"""The probe: what this machine is, what it can use, and how fast it really is."""

import os
import platform
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from advisor import catalog
from advisor.events import MachineFound, Step
from advisor.specs import JobSpec, ProbeTask
from advisor.text import one_line
from advisor.work.emit import Emitter
from advisor.work.machine.amd import amd_gpus
from advisor.work.machine.cards import Card
from advisor.work.machine.cgroup import CgroupLimits, cgroup_limits
from advisor.work.machine.container import container_of
from advisor.work.machine.cpu import read_cpu
from advisor.work.machine.devices import best_first, cpu_device, gpu_devices
from advisor.work.machine.disk import disk_of
from advisor.work.machine.intel import intel_gpus
from advisor.work.machine.measure import measured
from advisor.work.machine.memory import read_memory
from advisor.work.machine.nvidia import (
    LIBRARY_NOT_FOUND,
    NvidiaGpu,
    nvidia_gpus,
    nvidia_on_bus,
    process_name,
)
from advisor.work.machine.parts import Parts, within
from advisor.work.machine.torch_view import TorchView, look_through_torch
from heuristics.facts.machine import Cpu, Device, Disk, MachineFacts, Memory
from heuristics.facts.market import GpuPreset

TORCH_SECONDS, DEVICE_SECONDS = 4.0, 2.5
"""Loading torch and measuring one device, on two idle cores: for the time left, until this machine's pace is
known."""
DRIVER_PATIENCE = 2.0
"""Seconds for everything that is asked of the NVIDIA driver."""


def probe(spec: JobSpec, emitter: Emitter) -> None:
    """Find out what this machine is; a part that fails becomes one line in the facts' problems."""
    assert isinstance(spec.task, ProbeTask)
    parts = Parts()
    left = TORCH_SECONDS + (DEVICE_SECONDS if spec.task.measure else 0.0)
    words = "Processor, memory and disks"
    emitter.emit(Step(phase="system", done=0, total=3, seconds_left=left, text=words))
    facts = _system(spec.task, parts)
    words = "GPUs, and what torch can use"
    emitter.emit(Step(phase="devices", done=1, total=3, seconds_left=left, text=words))
    began = time.monotonic()
    facts = _with_devices(facts, parts)
    pace = max(1.0, (time.monotonic() - began) / TORCH_SECONDS)
    if spec.task.measure:
        # Whatever happens while measuring, what was found without it is known.
        emitter.emit(MachineFound(facts=_told(facts, parts)))
        facts = replace(facts, devices=_measured(facts, parts, emitter, pace))
    emitter.emit(Step(phase="speed", done=3, total=3))
    emitter.emit(MachineFound(facts=_told(facts, parts)))


def _system(task: ProbeTask, parts: Parts) -> MachineFacts:
    limits = parts.attempt(
        "Container limits",
        lambda: cgroup_limits(_text(Path("/proc/self/cgroup"))),
        CgroupLimits(),
    )
    cpu = parts.attempt("Processor", lambda: read_cpu(limits.processors), Cpu("CPU", 1, 1))
    memory = parts.attempt("Memory", lambda: read_memory(limits), Memory(0, 0, "host"))
    disks: list[Disk] = []
    for purpose, folder in (("case", task.case_folder), ("models", task.models_folder)):
        disk = parts.attempt(
            f"Disk of the {purpose} folder",
            lambda purpose=purpose, folder=folder: disk_of(purpose, folder, task.measure),  # type: ignore[misc]
            None,
        )
        disks += [disk] if disk else []
    system = one_line(f"{platform.system()} {platform.release()} {platform.machine()}", 80)
    return MachineFacts(
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        system=system,
        cpu=cpu,
        memory=memory,
        disks=tuple(disks),
        devices=(cpu_device(cpu, memory),),
        torch=None,
        container=parts.attempt("Container", lambda: container_of(os.environ), None),
    )


def _with_devices(facts: MachineFacts, parts: Parts) -> MachineFacts:
    presets: tuple[GpuPreset, ...] = parts.attempt("GPU presets", catalog.gpus, ())
    no_nvidia: list[NvidiaGpu] = []
    nvidia = parts.attempt("NVIDIA driver", lambda: _nvidia(parts), no_nvidia)
    none: list[Card] = []
    cards = [
        *parts.attempt("AMD GPUs", amd_gpus, none),
        *parts.attempt("Intel GPUs", intel_gpus, none),
    ]
    ask_free = any(each.memory_free is None for each in nvidia) or not nvidia
    view = parts.attempt("torch", lambda: look_through_torch(parts, ask_free), TorchView())
    no_gpus: list[Device] = []
    gpus = parts.attempt("Devices", lambda: gpu_devices(nvidia, cards, view, facts.cpu, presets), no_gpus)
    return replace(
        facts,
        devices=best_first([*gpus, *facts.devices]),
        torch=view.version,
        torch_backends=view.backends,
        quantisation=parts.attempt("bitsandbytes", _quantisation, False),
    )


def _nvidia(parts: Parts) -> list[NvidiaGpu]:
    """What the NVIDIA driver says; silence is a problem only where such a GPU is plugged in."""
    if find_spec("pynvml") is None:
        return []
    import pynvml

    try:
        gpus, problems = within(DRIVER_PATIENCE, lambda: nvidia_gpus(pynvml, process_name))
    except (pynvml.NVMLError, TimeoutError, OSError) as error:
        absent = getattr(error, "value", None) == LIBRARY_NOT_FOUND
        if not absent or nvidia_on_bus():
            parts.tell(f"NVIDIA driver: {error}; no NVIDIA GPU can be used until it answers")
        return []
    for problem in problems:
        parts.tell(problem)
    return gpus


def _quantisation() -> bool:
    """True when bitsandbytes is installed and imports."""
    if find_spec("bitsandbytes") is None:
        return False
    import bitsandbytes

    return bool(bitsandbytes.__version__)


def _measured(facts: MachineFacts, parts: Parts, emitter: Emitter, pace: float) -> tuple[Device, ...]:
    if facts.torch is None:
        return facts.devices
    devices: list[Device] = []
    for number, device in enumerate(facts.devices):
        left = round(DEVICE_SECONDS * pace * (len(facts.devices) - number), 1)
        text = f"Measuring {device.name}"
        emitter.emit(Step(phase="speed", done=2, total=3, seconds_left=left, text=text))
        devices.append(measured(device, facts.cpu.cores, parts) if device.usable else device)
    return best_first(devices)


def _told(facts: MachineFacts, parts: Parts) -> MachineFacts:
    return replace(facts, problems=tuple(dict.fromkeys(parts.problems)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
