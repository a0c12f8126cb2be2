"""Rules about silent trouble with GPUs and disks: slow clocks, screens, old drivers, mixed kinds."""

from collections.abc import Callable

from heuristics.facts.machine import Device, MachineFacts
from heuristics.finding import Finding, Level
from heuristics.thresholds.limits import Limits
from heuristics.words import gib


def _gpus(machine: MachineFacts) -> list[Device]:
    return [each for each in machine.devices if each.kind != "cpu"]


def driver_too_old(machine: MachineFacts, limits: Limits) -> Finding | None:
    """torch was built for a newer driver than the installed one."""
    for each in _gpus(machine):
        words = each.why_not.lower()
        if "driver" in words and ("too old" in words or "insufficient" in words):
            return Finding(
                "machine.driver_too_old",
                Level.RISK,
                f"The driver {each.driver or ''} of {each.name} is too old for this torch".replace("  ", " "),
                each.why_not,
                "Update the driver, or install a torch built for an older CUDA, then probe again.",
            )
    return None


def slowed(machine: MachineFacts, limits: Limits) -> Finding | None:
    """The GPU that trains is held below its clocks, or about to be."""
    device = machine.device
    hot = device.temperature is not None and device.temperature >= limits.machine.hot_degrees
    if not device.slowed_by and not hot:
        return None
    degrees = f" at {device.temperature} degrees Celsius" if device.temperature is not None else ""
    why = f"Clocks are held down by {', '.join(device.slowed_by)}" if device.slowed_by else "It is hot"
    return Finding(
        "machine.slowed",
        Level.RISK,
        f"{device.name} is slowed down{degrees}"
        if device.slowed_by
        else f"{device.name} is hot:{degrees[3:]}",
        f"{why}: measured speeds, and every time that follows from them, hold only while that lasts.",
        "Look at cooling, dust, the power limit and what else runs on it, then probe again.",
        "the driver's clock reasons (NVML)",
    )


def display(machine: MachineFacts, limits: Limits) -> Finding | None:
    """The GPU that trains also draws a screen."""
    device = machine.device
    if not device.display:
        return None
    return Finding(
        "machine.display",
        Level.OK,
        f"{device.name} also draws a screen",
        f"The screen's share is not among the {gib(device.memory_free)} counted as free, but it changes.",
        "Close browsers and games before a long run, or train on another GPU.",
    )


def spill(machine: MachineFacts, limits: Limits) -> Finding | None:
    """Under Windows a GPU that is full goes on in main memory, many times slower, instead of failing."""
    if machine.container != "wsl" or machine.device.kind != "cuda":
        return None
    return Finding(
        "machine.spill",
        Level.RISK,
        "A full GPU spills into main memory under Windows",
        "Instead of running out of memory, training slows down by ten times or more and nothing says so.",
        "Turn off the driver's CUDA system memory fallback, and watch tokens per second in the pilot.",
        "NVIDIA driver setting 'CUDA - Sysmem Fallback Policy', since driver 536.40",
    )


def mixed(machine: MachineFacts, limits: Limits) -> Finding | None:
    """Several GPUs: the plan uses the best one; different kinds do not share one run well."""
    usable = [each for each in _gpus(machine) if each.usable]
    if len(usable) < 2:
        return None
    names = list(dict.fromkeys(each.name for each in usable))
    smallest = min(each.memory_free for each in usable)
    if len(names) == 1:
        return Finding(
            "machine.several",
            Level.OK,
            f"{len(usable)} GPUs of one kind; the pilot and this plan use one",
            f"Each must hold the model by itself: the fullest has {gib(smallest)} free.",
            "The exported files for accelerate can use all of them for the full run.",
            count=len(usable),
        )
    return Finding(
        "machine.mixed",
        Level.RISK,
        f"GPUs of different kinds: {', '.join(names)}; only {machine.device.name} is planned with",
        f"In one run the slowest and fullest ({gib(smallest)} free) would set the pace and the size.",
        "Train on one: set CUDA_VISIBLE_DEVICES to it, so that every tool sees the same.",
        count=len(usable),
    )


def slow_disk(machine: MachineFacts, limits: Limits) -> Finding | None:
    """A disk so slow that saving holds training up."""
    slow = [
        each
        for each in machine.disks
        if each.write_mb_per_s is not None and each.write_mb_per_s < limits.machine.disk_slow_mb_per_s
    ]
    if not slow:
        return None
    purpose = "cases" if slow[0].purpose == "case" else "models"
    return Finding(
        "machine.slow_disk",
        Level.RISK,
        f"The disk for {purpose} writes {slow[0].write_mb_per_s:.0f} MB/s",
        "Measured with a small synced file. Checkpoints and model files will hold everything up.",
        "Keep cases on a local disk: network folders and cards are the usual cause.",
    )


DEVICE_RULES: tuple[Callable[[MachineFacts, Limits], Finding | None], ...] = (
    driver_too_old,
    slowed,
    spill,
    mixed,
    display,
    slow_disk,
)
