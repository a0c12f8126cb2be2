"""The processor, as far as this process may use it."""

import os
import platform
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from advisor.text import one_line
from heuristics.facts.machine import Cpu

_FEATURES = {
    "avx2": "avx2",
    "avx512f": "avx512f",
    "avx512_bf16": "avx512_bf16",
    "avx512_fp16": "avx512_fp16",
    "amx_tile": "amx",
    "amx_bf16": "amx_bf16",
    "asimd": "neon",
    "sve": "sve",
    "bf16": "bf16",
    "hw.optional.neon": "neon",
    "hw.optional.arm.FEAT_BF16": "bf16",
    "hw.optional.avx2_0": "avx2",
    "hw.optional.avx512f": "avx512f",
}
"""Instruction sets that change how fast training is, by the names that Linux and macOS give them."""


@dataclass(frozen=True, slots=True)
class Chip:
    """What the system says about the whole processor."""

    name: str
    features: tuple[str, ...]
    core_of: Mapping[int, tuple[str, str]]
    """Socket and core of each logical processor; empty when the system does not say."""


def chip_of_cpuinfo(text: str) -> Chip:
    """The processor that the text of /proc/cpuinfo describes."""
    name, flags = "", ""
    core_of: dict[int, tuple[str, str]] = {}
    for block in text.split("\n\n"):
        pairs = (line.partition(":") for line in block.splitlines())
        fields = {key.strip(): value.strip() for key, _, value in pairs}
        name = name or fields.get("model name") or fields.get("Hardware") or fields.get("cpu model") or ""
        flags = flags or fields.get("flags") or fields.get("Features") or ""
        if fields.get("processor", "").isdigit() and "core id" in fields:
            core_of[int(fields["processor"])] = (fields.get("physical id", "0"), fields["core id"])
    return Chip(one_line(name, 80), _known(flags.split()), core_of)


def chip_of_sysctl(text: str) -> Chip:
    """The processor that `sysctl machdep.cpu.brand_string hw.optional` describes on macOS."""
    pairs = [line.partition(":") for line in text.splitlines()]
    fields = {key.strip(): value.strip() for key, _, value in pairs}
    present = [key for key, value in fields.items() if value == "1"]
    return Chip(one_line(fields.get("machdep.cpu.brand_string", ""), 80), _known(present), {})


def cpu_of(chip: Chip, processors: Collection[int], cores: int | None, quota: float | None) -> Cpu:
    """The usable part: `processors` are those this process may run on, `cores` the machine's physical cores
    where the chip does not say which belongs to which, `quota` the container's limit in processors."""
    threads = len(processors)
    if all(each in chip.core_of for each in processors):
        cores = len({chip.core_of[each] for each in processors})
    cores = min(cores or threads, threads)
    if quota is not None:
        allowed = max(1, int(quota))
        cores, threads = min(cores, allowed), min(threads, allowed)
    name = chip.name or one_line(platform.processor() or platform.machine(), 80) or "CPU"
    return Cpu(name, max(1, cores), max(1, threads), chip.features, quota)


def read_chip() -> Chip:
    """The processor of this machine."""
    if platform.system() == "Darwin":
        command = ["/usr/sbin/sysctl", "machdep.cpu.brand_string", "hw.optional"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)
        return chip_of_sysctl(done.stdout)
    return chip_of_cpuinfo(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))


def read_cpu(quota: float | None) -> Cpu:
    """The processor of this machine as far as this process may use it."""
    import psutil

    if hasattr(os, "sched_getaffinity"):
        processors: Collection[int] = os.sched_getaffinity(0)
    else:
        processors = range(os.cpu_count() or 1)
    try:
        chip = read_chip()
    except (OSError, subprocess.SubprocessError):
        chip = Chip("", (), {})
    return cpu_of(chip, processors, psutil.cpu_count(logical=False), quota)


def _known(names: Collection[str]) -> tuple[str, ...]:
    found = [feature for name, feature in _FEATURES.items() if name in names]
    return tuple(dict.fromkeys(found))
