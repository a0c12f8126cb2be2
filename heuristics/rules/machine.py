"""Rules about the machine."""

from collections.abc import Callable

from heuristics.facts.machine import Device, MachineFacts
from heuristics.finding import Finding, Level
from heuristics.rules.devices import DEVICE_RULES
from heuristics.thresholds.limits import Limits
from heuristics.words import gib


def torch_missing(machine: MachineFacts, limits: Limits) -> Finding | None:
    """Nothing can be trained without torch."""
    if machine.torch is not None:
        return None
    return Finding(
        "machine.torch_missing",
        Level.BLOCK,
        "torch does not import here",
        "The pilot and every exported trainer run on it.",
        "Reinstall this program in a fresh environment, then probe again.",
    )


def gpu_unusable(machine: MachineFacts, limits: Limits) -> Finding | None:
    """A GPU is there that the installed torch cannot use."""
    unusable = [each for each in machine.devices if not each.usable and each.kind != "cpu"]
    if not unusable:
        return None
    why = unusable[0].why_not or "The installed torch cannot use it."
    return Finding(
        "machine.gpu_unusable",
        Level.RISK,
        f"torch was built for the CPU alone, and {unusable[0].name} stays idle"
        if machine.torch_backends == ("cpu",)
        else f"{unusable[0].name} is not used",
        why,
        "Install the torch build for this device, then probe again.",
        "torch's list of backends: " + (", ".join(machine.torch_backends) or "none"),
        count=len(unusable),
    )


def cpu_only(machine: MachineFacts, limits: Limits) -> Finding | None:
    """The CPU trains when there is nothing better: small models only, and that is fine for a pilot."""
    device = machine.device
    if device.kind != "cpu":
        return None
    speed = f", {device.best.tflops:.2g} TFLOP/s measured" if device.best else ""
    return Finding(
        "machine.cpu_only",
        Level.OK,
        f"The CPU will train: {machine.cpu.cores} cores{speed}",
        "Enough for a pilot of a small model; the plan says how long everything takes.",
        "Go on with the data.",
    )


def device_speed(machine: MachineFacts, limits: Limits) -> Finding | None:
    """A GPU that will train, with its speed when it was measured."""
    device = machine.device
    if device.kind == "cpu" or device.best is None:
        return None
    return Finding(
        "machine.device",
        Level.OK,
        f"{device.name} will train: {device.best.tflops:.3g} TFLOP/s, {gib(device.memory_free)} free",
        f"Measured in {device.best.dtype}.",
    )


def unmeasured(machine: MachineFacts, limits: Limits) -> Finding | None:
    """Durations are guesses while the speed was not measured."""
    if machine.device.throughput:
        return None
    return Finding(
        "machine.unmeasured",
        Level.UNKNOWN,
        f"The speed of {machine.device.name} was not measured",
        "Without it every duration is a rough guess.",
        "Probe again with measuring on.",
    )


def memory_in_use(machine: MachineFacts, limits: Limits) -> Finding | None:
    """Other programs hold so much memory that training may fail."""
    device = machine.device
    used = device.memory_total - device.memory_free
    if device.memory_total <= 0 or device.shared_memory or device.kind == "cpu":
        return _main_memory(machine, limits)
    share = used / device.memory_total
    if device.memory_free <= 0:
        return _none_free(device)
    if share <= limits.machine.gpu_busy_share:
        return None
    return Finding(
        "machine.device_busy",
        Level.RISK,
        f"{gib(used)} of {gib(device.memory_total)} of {device.name} are in use",
        f"Held by {_holders(device)}." if device.processes else "Another program holds it.",
        "Close what is not needed, then probe again.",
        share=share,
    )


def _none_free(device: Device) -> Finding:
    return Finding(
        "machine.device_busy",
        Level.BLOCK,
        f"No memory of {device.name} is free",
        f"Held by {_holders(device)}." if device.processes else "Another program holds it.",
        "Close what is not needed, or choose another device, then probe again.",
        share=1.0,
    )


def _holders(device: Device) -> str:
    """Other programs by name, the largest first."""
    largest = sorted(device.processes, key=lambda each: -(each.memory or 0))
    return ", ".join(
        f"{each.name} ({each.pid}{f', {gib(each.memory)}' if each.memory else ''})" for each in largest[:3]
    )


def _main_memory(machine: MachineFacts, limits: Limits) -> Finding | None:
    memory = machine.memory
    if memory.total <= 0 or memory.available >= memory.total * limits.machine.memory_low_share:
        return None
    return Finding(
        "machine.memory_low",
        Level.RISK,
        f"Only {gib(memory.available)} of {gib(memory.total)} of main memory are free",
        "Training may be killed by the system.",
        "Close other programs, then probe again.",
        share=1 - memory.available / memory.total,
    )


def swapping(machine: MachineFacts, limits: Limits) -> Finding | None:
    """Much swap in use says that memory was short already."""
    memory = machine.memory
    if memory.swap_total <= 0 or memory.swap_used < memory.swap_total * limits.machine.swap_used_share:
        return None
    return Finding(
        "machine.swapping",
        Level.RISK,
        f"{gib(memory.swap_used)} of swap are in use",
        "A training process that is swapped out slows down a hundredfold.",
        "Close other programs, then probe again.",
    )


def disk_space(machine: MachineFacts, limits: Limits) -> Finding | None:
    """Checkpoints and model files need room."""
    bad = [each for each in machine.disks if not each.writable]
    if bad:
        return Finding(
            "machine.disk",
            Level.BLOCK,
            f"The folder for {_purpose(bad[0].purpose)} cannot be written",
            bad[0].path,
            "Choose another folder, or change its permissions.",
        )
    smallest = min(machine.disks, key=lambda each: each.free, default=None)
    if smallest is None or smallest.free >= limits.machine.disk_low_bytes:
        return None
    level = Level.BLOCK if smallest.free < limits.machine.disk_block_bytes else Level.RISK
    return Finding(
        "machine.disk",
        level,
        f"Only {gib(smallest.free)} of disk are free for {_purpose(smallest.purpose)}",
        "A run that cannot save its checkpoint is lost.",
        "Free some space, or choose another folder.",
    )


def probe_problems(machine: MachineFacts, limits: Limits) -> Finding | None:
    """Parts of the probe that gave no answer, or one that is not to be relied on."""
    if not machine.problems:
        return None
    return Finding(
        "machine.probe_problems",
        Level.UNKNOWN,
        f"{len(machine.problems)} parts of the probe are missing or doubtful"
        if len(machine.problems) > 1
        else "One part of the probe is missing or doubtful",
        "; ".join(machine.problems[:3]),
        "Probe again; what is missing is left out of the plan.",
        count=len(machine.problems),
    )


def _purpose(purpose: str) -> str:
    return "the case" if purpose == "case" else "model files"


MACHINE_RULES: tuple[Callable[[MachineFacts, Limits], Finding | None], ...] = (
    torch_missing,
    gpu_unusable,
    memory_in_use,
    swapping,
    disk_space,
    unmeasured,
    probe_problems,
    device_speed,
    cpu_only,
    *DEVICE_RULES,
)
