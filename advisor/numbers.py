"""How numbers are written for a person: separated, with a unit, with their interval and basis."""

import math

from heuristics.basis import Estimate

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

_LEAST_PERCENT = 0.005
"""A positive share below it would be written as 0.00 %."""


def count(value: float) -> str:
    """A whole number with thousands separated: 12,345."""
    return f"{value:,.0f}" if math.isfinite(value) else _odd(value)


def size(value: float) -> str:
    """Bytes in binary units: 3.4 GiB."""
    if not math.isfinite(value):
        return _odd(value)
    amount, unit = float(value), 0
    while abs(amount) >= 1024 and unit < len(_BINARY) - 1:
        amount, unit = amount / 1024, unit + 1
    digits = 0 if unit == 0 or abs(amount) >= 100 else 1
    return f"{amount:.{digits}f} {_BINARY[unit]}"


def duration(seconds: float) -> str:
    """Seconds in the two largest units that matter: 2 min 10 s."""
    if not math.isfinite(seconds):
        return _odd(seconds)
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two(whole, _MINUTE, "min", 1, "s")
    if whole < _DAY:
        return _two(whole, _HOUR, "h", _MINUTE, "min")
    return _two(whole, _DAY, "d", _HOUR, "h")


def share(value: float) -> str:
    """A share from 0 to 1 in per cent: 12.3 %; what is more than none never reads as none."""
    percent = value * 100
    if 0 < percent < _LEAST_PERCENT:
        return "under 0.01 %"
    digits = 0 if percent in (0, 100) else 1 if abs(percent) >= 0.1 else 2
    return f"{percent:.{digits}f} %" if math.isfinite(value) else _odd(value)


def decimal(value: float) -> str:
    """A real number with three significant digits, thousands separated; powers of ten when tiny or huge."""
    if not math.isfinite(value):
        return _odd(value)
    magnitude = abs(value)
    if magnitude == 0:
        return "0"
    if magnitude < 1e-3 or magnitude >= 1e9:
        return f"{value:.1e}"
    if magnitude >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(magnitude)))}f}"


def parameters(value: int) -> str:
    """A parameter count as people say it: 1.5 B, 260 k."""
    for limit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            amount = value / limit
            return f"{amount:.1f} {letter}" if amount < 100 else f"{amount:.0f} {letter}"
    return str(value)


def quantity(value: float, unit: str) -> str:
    """A number with its unit, written the way that unit is read."""
    match unit:
        case "bytes":
            return size(value)
        case "s":
            return duration(value)
        case "h":
            return duration(value * _HOUR)
        case "share":
            return share(value)
        case "USD":
            return _dollars(value)
        case "kWh" if 0 < value < 0.1:
            return f"{decimal(value * 1000)} Wh"
        case "":
            return decimal(value)
        case _:
            return f"{decimal(value)} {unit}"


def spread(estimate: Estimate) -> str:
    """The interval in words, empty when there is none: 3.1 GiB to 3.8 GiB."""
    if estimate.low == estimate.high:
        return ""
    low, high = quantity(estimate.low, estimate.unit), quantity(estimate.high, estimate.unit)
    return f"{low} to {high}" if low != high else low


def estimated(estimate: Estimate) -> str:
    """Value, interval and basis: 3.4 GiB (3.1 GiB to 3.8 GiB), simulated."""
    interval = spread(estimate)
    value = quantity(estimate.value, estimate.unit)
    if interval in ("", value):
        return f"{value}, {estimate.basis}"
    return f"{value} ({interval}), {estimate.basis}"


def _two(whole: int, large: int, large_unit: str, small: int, small_unit: str) -> str:
    first, rest = divmod(whole, large)
    second = rest // small
    return f"{first} {large_unit} {second} {small_unit}" if second else f"{first} {large_unit}"


def _dollars(value: float) -> str:
    if not math.isfinite(value):
        return _odd(value)
    return f"{value:,.2f} USD" if value == 0 or abs(value) >= 0.005 else "under 0.01 USD"


def _odd(value: float) -> str:
    return "not a number" if math.isnan(value) else "no limit" if value > 0 else "minus infinity"
