"""Graphics cards as the Linux kernel describes them in files, for machines whose torch cannot use them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from heuristics.facts.machine import DeviceKind

DRM = Path("/sys/class/drm")


@dataclass(frozen=True, slots=True)
class Card:
    """One card; memory in bytes."""

    kind: DeviceKind
    name: str
    memory_total: int
    """0 where the kernel does not tell."""
    memory_free: int
    utilisation: float | None = None
    power_limit_w: float | None = None
    temperature: int | None = None
    """Degrees Celsius."""


def cards_of(vendor: str, root: Path) -> Iterator[Path]:
    """Folders of the cards of one maker, by its PCI number, in the kernel's order."""
    for card in sorted(root.glob("card[0-9]*")):
        if "-" not in card.name and text(card / "device" / "vendor") == vendor:
            yield card / "device"


def sensor(device: Path, *names: str) -> int | None:
    """The first reading that a card's own sensors give under one of these names, in their unit."""
    folders = sorted(device.glob("hwmon/hwmon*"))
    readings = (number(folder / name) for name in names for folder in folders)
    return next((each for each in readings if each is not None), None)


def watts(microwatts: int | None) -> float | None:
    """A power limit; None where there is none."""
    return microwatts / 1e6 if microwatts else None


def degrees(thousandths: int | None) -> int | None:
    """A temperature in whole degrees."""
    return None if thousandths is None else thousandths // 1000


def number(path: Path) -> int | None:
    """The number in a file, None where it holds none."""
    found = text(path)
    return int(found) if found.isdigit() else None


def text(path: Path) -> str:
    """What a file says, "" where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
