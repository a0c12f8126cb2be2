"""AMD GPUs as the Linux kernel describes them (Documentation/gpu/amdgpu/driver-misc.rst)."""

from pathlib import Path

from advisor.text import one_line
from advisor.work.machine.cards import DRM, Card, cards_of, degrees, number, sensor, text, watts

VENDOR = "0x1002"
SMALLEST = 2 << 30
"""Bytes; integrated graphics set less aside and are no device to train on."""


def amd_gpus(root: Path = DRM) -> list[Card]:
    """The AMD cards with memory of their own, in the kernel's order."""
    found = []
    for device in cards_of(VENDOR, root):
        total = number(device / "mem_info_vram_total")
        if total is None or total < SMALLEST:
            continue
        busy = number(device / "gpu_busy_percent")
        name = text(device / "product_name") or f"AMD GPU {text(device / 'device')}"
        used = number(device / "mem_info_vram_used") or 0
        found.append(
            Card(
                kind="rocm",
                name=one_line(name, 80),
                memory_total=total,
                memory_free=max(0, total - used),
                utilisation=None if busy is None else busy / 100,
                power_limit_w=watts(sensor(device, "power1_cap")),
                temperature=degrees(sensor(device, "temp1_input")),
            )
        )
    return found
