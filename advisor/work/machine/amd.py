"""AMD GPUs as the Linux kernel describes them, for machines whose torch cannot."""

from dataclasses import dataclass
from pathlib import Path

from advisor.text import one_line

SMALLEST = 2 << 30
"""Bytes; integrated graphics set less aside and are no device to train on."""


@dataclass(frozen=True, slots=True)
class AmdGpu:
    """One card; memory in bytes."""

    name: str
    memory_total: int
    memory_free: int
    utilisation: float | None = None
    power_limit_w: float | None = None
    temperature: int | None = None
    """Degrees Celsius, at the edge of the die."""


def amd_gpus(root: Path = Path("/sys/class/drm")) -> list[AmdGpu]:
    """The AMD cards with memory of their own, in the kernel's order."""
    found = []
    for card in sorted(root.glob("card[0-9]*")):
        device = card / "device"
        if "-" in card.name or _text(device / "vendor") != "0x1002":
            continue
        total = _number(device / "mem_info_vram_total")
        if total is None or total < SMALLEST:
            continue
        busy = _number(device / "gpu_busy_percent")
        name = _text(device / "product_name") or f"AMD GPU {_text(device / 'device')}"
        used = _number(device / "mem_info_vram_used") or 0
        watts, heat = _sensor(device, "power1_cap"), _sensor(device, "temp1_input")
        found.append(
            AmdGpu(
                one_line(name, 80),
                total,
                max(0, total - used),
                None if busy is None else busy / 100,
                None if not watts else watts / 1e6,
                None if heat is None else heat // 1000,
            )
        )
    return found


def _sensor(device: Path, name: str) -> int | None:
    """A reading of the card's own sensors: microwatts, thousandths of a degree."""
    readings = (_number(folder / name) for folder in sorted(device.glob("hwmon/hwmon*")))
    return next((each for each in readings if each is not None), None)


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
