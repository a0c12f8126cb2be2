"""What the full run draws from the socket here, and what that costs."""

from heuristics.basis import Basis, Estimate
from heuristics.facts.machine import Device, MachineFacts
from heuristics.goal import Goal
from heuristics.thresholds.costs import EnergyLimits


def drawn_watts(machine: MachineFacts, limits: EnergyLimits) -> Estimate:
    """Watts from the socket while the best device trains: by a reading, by the board's limit, or a range
    for its kind."""
    device = machine.device
    if device.power is not None:
        return _measured(device, limits)
    if device.kind == "cpu":
        cores = max(1, machine.cpu.cores)
        source = f"range for {cores} cores under load; {why_not_read(machine)}"
        return _between(limits.core_low * cores, limits.core_high * cores, Basis.ASSUMED, source)
    if device.kind == "mps" or (device.shared_memory and device.power_limit_w is None):
        shared = "range for a machine whose GPU shares the chip of its processor"
        source = f"{shared}; {why_not_read(machine)}"
        return _between(limits.chip_low, limits.chip_high, Basis.ASSUMED, source)
    if device.power_limit_w:
        low, high = device.power_limit_w * limits.limit_low, device.power_limit_w * limits.limit_high
        source = f"half to all of the power limit of {device.power_limit_w:g} W, and the machine around it"
        return _with_rest(low, high, Basis.FORMULA, source, limits)
    source = "range for GPUs of all sizes, and the machine around it; the driver tells no power"
    return _with_rest(limits.gpu_low, limits.gpu_high, Basis.ASSUMED, source, limits)


def why_not_read(machine: MachineFacts) -> str:
    """Why there is no reading of the power under load."""
    if machine.system.startswith("Darwin"):
        return "macOS tells the power to the administrator alone (powermetrics)"
    return "no meter answers here"


def energy_price(goal: Goal, limits: EnergyLimits) -> Estimate:
    """USD per kWh: the user's own, or the preset's average."""
    if goal.electricity_price is not None:
        price = goal.electricity_price
        return Estimate(price, price, price, "USD/kWh", Basis.ASSUMED, "your setting")
    source = "average for homes in the US, April 2025 (EIA); set your own price on the Goal step"
    return Estimate(limits.price, limits.price, limits.price, "USD/kWh", Basis.PUBLISHED, source)


def used_energy(seconds: Estimate, watts: Estimate) -> Estimate:
    """kWh of a run; slow runs and high power go together at worst."""
    return Estimate(
        seconds.value * watts.value / 3.6e6,
        seconds.low * watts.low / 3.6e6,
        seconds.high * watts.high / 3.6e6,
        "kWh",
        watts.basis,
        f"{watts.source}; time {seconds.basis.value}",
    )


def _measured(device: Device, limits: EnergyLimits) -> Estimate:
    reading = device.power
    assert reading is not None
    low, high = reading.watts * limits.training_low, reading.watts * limits.training_high
    source = f"{reading.watts:g} W on the {reading.covers}, read from {reading.source} under load"
    if reading.covers == "machine":
        return Estimate(reading.watts, low, high, "W", Basis.MEASURED, source)
    return _with_rest(low, high, Basis.MEASURED, f"{source}, and the machine around it", limits)


def _with_rest(low: float, high: float, basis: Basis, source: str, limits: EnergyLimits) -> Estimate:
    """What the wall gives for a part of the machine and the rest of it, through the power supply."""
    share = limits.supply_efficiency
    return _between((low + limits.rest_low) / share, (high + limits.rest_high) / share, basis, source)


def _between(low: float, high: float, basis: Basis, source: str) -> Estimate:
    return Estimate((low + high) / 2, low, high, "W", basis, source)
