"""Intel GPUs as the Linux kernel describes them: cards of i915 and xe with memory of their own."""

from pathlib import Path

from advisor.text import one_line
from advisor.work.machine.cards import DRM, Card, cards_of, degrees, sensor, text, watts

VENDOR = "0x8086"
DRIVERS = ("i915", "xe")
INSIDE_PROCESSOR = "0000:00:02.0"
"""Where every GPU sits that is part of a processor and uses main memory."""
MEMORY_WINDOW = 2
"""Which of the card's address windows shows its memory (drivers/gpu/drm/xe/regs/xe_bars.h, `LMEM_BAR`). The
drivers tell no size themselves, and a window is a power of two: it is the most that the card can have."""
NARROW = 1 << 28
"""Bytes of that window where the firmware does not open all of the memory: it then says nothing."""


def intel_gpus(root: Path = DRM) -> list[Card]:
    """The Intel cards with memory of their own, in the kernel's order."""
    found = []
    for device in cards_of(VENDOR, root):
        place = device.resolve().name
        if place == INSIDE_PROCESSOR or (device / "driver").resolve().name not in DRIVERS:
            continue
        memory = _window(text(device / "resource"), MEMORY_WINDOW)
        total = memory if memory > NARROW else 0
        found.append(
            Card(
                kind="xpu",
                name=one_line(f"Intel GPU {text(device / 'device')}", 80),
                memory_total=total,
                memory_free=total,
                # Documentation/ABI/testing/sysfs-driver-intel-i915-hwmon and …-intel-xe-hwmon: the limit of
                # the card, else of the package; i915 has one temperature, xe numbers the package's 2.
                power_limit_w=watts(sensor(device, "power1_max", "power2_max")),
                temperature=degrees(sensor(device, "temp2_input", "temp1_input")),
            )
        )
    return found


def _window(resource: str, index: int) -> int:
    """Bytes of one window in a PCI device's `resource` file: first and last address and flags, in hex."""
    rows = [line.split() for line in resource.splitlines()]
    try:
        first, last = (int(each, 16) for each in rows[index][:2])
    except (IndexError, ValueError):
        return 0
    return last - first + 1 if last > first else 0
