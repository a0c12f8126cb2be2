"""What a device draws from the socket while it works, by whichever meter the machine has."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from heuristics.facts.machine import Device, PowerReading

PAUSE = 0.05
"""Seconds between two readings."""
LEAST = 3
"""Readings below which nothing is said."""
RAPL = Path("/sys/class/powercap")
SUPPLIES = Path("/sys/class/power_supply")

Watts = Callable[[], float | None]


@dataclass(frozen=True, slots=True)
class Meter:
    """Something that tells watts now; None when it has nothing to say."""

    watts: Watts
    covers: Literal["board", "package", "machine"]
    source: str


@dataclass(slots=True)
class Watched:
    """The readings of one meter so far."""

    meter: Meter | None
    readings: list[float] = field(default_factory=list)

    @property
    def reading(self) -> PowerReading | None:
        """The median; None without a meter or with too few readings."""
        if self.meter is None or len(self.readings) < LEAST:
            return None
        return PowerReading(round(statistics.median(self.readings), 1), self.meter.covers, self.meter.source)


@contextmanager
def watched(meter: Meter | None) -> Iterator[Watched]:
    """Read the meter beside the work inside the block; a meter that fails just stops telling."""
    seen, ended = Watched(meter), threading.Event()
    if meter is None:
        yield seen
        return

    def follow() -> None:
        while not ended.wait(PAUSE):
            with suppress(OSError, ValueError, RuntimeError):
                watts = meter.watts()
                if watts is not None and 0 < watts < 1e5:
                    seen.readings.append(watts)

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    try:
        yield seen
    finally:
        ended.set()
        reader.join(timeout=1.0)


def meter_of(device: Device, rapl: Path = RAPL, supplies: Path = SUPPLIES) -> Meter | None:
    """The best meter for a device: its own, the processor's counter, or the battery that feeds all."""
    found = _gpu(device) if device.kind in ("cuda", "rocm") else None
    if device.kind == "cpu":
        found = _processor(rapl)
    return found or _battery(supplies)


def _gpu(device: Device) -> Meter | None:
    """The board's own sensor, as torch asks the driver for it."""
    import torch

    def watts() -> float:
        return float(torch.cuda.power_draw(device.index)) / 1000

    try:
        watts()
    except Exception:  # noqa: BLE001  (a driver's library may raise anything; the range then stands)
        return None
    return Meter(watts, "board", "NVML" if device.kind == "cuda" else "AMD SMI")


def _processor(folder: Path) -> Meter | None:
    """The energy counters of all packages; most systems let only the administrator read them."""
    counters = [each / "energy_uj" for each in sorted(folder.glob("intel-rapl:[0-9]"))]
    if not counters:
        return None
    last: list[tuple[float, int]] = []

    def watts() -> float | None:
        now, used = time.monotonic(), sum(int(each.read_text()) for each in counters)
        before = last[-1] if last else None
        last[:] = [(now, used)]
        # The counters wrap; a step back is no reading.
        if before is None or now <= before[0] or used < before[1]:
            return None
        return (used - before[1]) / 1e6 / (now - before[0])

    with suppress(OSError, ValueError):
        watts()
        return Meter(watts, "package", "RAPL")
    return None


def _battery(folder: Path) -> Meter | None:
    """A battery that is being emptied feeds the whole machine."""
    for battery in sorted(folder.glob("BAT*")):
        watts = _discharge(battery)
        with suppress(OSError, ValueError):
            if watts() is not None:
                return Meter(watts, "machine", "battery")
    return None


def _discharge(battery: Path) -> Watts:
    def watts() -> float | None:
        if (battery / "status").read_text().strip() != "Discharging":
            return None
        if (battery / "power_now").is_file():
            return abs(int((battery / "power_now").read_text())) / 1e6
        current = abs(int((battery / "current_now").read_text()))
        return current * int((battery / "voltage_now").read_text()) / 1e12

    return watts
