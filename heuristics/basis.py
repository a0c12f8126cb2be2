"""A number that says where it comes from."""

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """Where a number comes from, weakest claim first."""

    ASSUMED = "assumed"
    """A convention or a setting; nobody measured it for this case."""
    FORMULA = "formula"
    PUBLISHED = "published"
    SIMULATED = "simulated"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the interval in which it is believed to lie."""

    value: float
    low: float
    high: float
    unit: str
    """Unit of value, low and high: "bytes", "s", "h", "tokens/s", "TFLOP/s", "nats", "USD", "share" …"""
    basis: Basis
    source: str = ""
    """The formula's source, the publication, or how it was measured; with a date where it ages."""

    def scaled(self, factor: float, unit: str | None = None) -> "Estimate":
        """The same estimate times a positive factor, in `unit` when it changes."""
        return Estimate(
            self.value * factor,
            self.low * factor,
            self.high * factor,
            unit or self.unit,
            self.basis,
            self.source,
        )


def exactly(value: float, unit: str, basis: Basis = Basis.MEASURED, source: str = "") -> Estimate:
    """An estimate without spread, for counts and settings."""
    return Estimate(value, value, value, unit, basis, source)
