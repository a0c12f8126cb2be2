"""The learning rate prior: a sourced starting value with an honest range."""

from dataclasses import dataclass

from heuristics.basis import Basis
from heuristics.facts.model import ModelShape
from heuristics.planning.recipe import Method
from heuristics.thresholds.settings import RateLimits


@dataclass(frozen=True, slots=True)
class RatePrior:
    """A learning rate with its range and what it rests on."""

    value: float
    low: float
    high: float
    basis: Basis
    """FORMULA inside the sizes that the sources cover, ASSUMED where it is extrapolated."""
    reason: str


def rate_prior(shape: ModelShape, method: Method, batch: int, steps: int, limits: RateLimits) -> RatePrior:
    """The rate for AdamW with alpha 32 and linear decay.

    base * size factor * (batch / reference)^exponent, times the short-run factor; a tenth of it for full
    fine-tuning. Clamped only inside the sizes that published settings cover.
    """
    size = shape.parameters
    covered = limits.covered_from <= size <= limits.covered_to
    rate = limits.base * _size_factor(shape, limits)
    rate *= (max(1, batch) / limits.reference_batch) ** limits.batch_exponent
    if steps < limits.short_steps:
        rate *= limits.short_factor
    if covered:
        rate = min(max(rate, limits.lowest), limits.highest)
    if method == "full":
        rate = _full(rate / limits.full_divisor, size, limits)
    rate = two_digits(rate)
    spread = limits.spread if covered else limits.extrapolated_spread
    basis = Basis.FORMULA if covered else Basis.ASSUMED
    return RatePrior(rate, rate / spread, rate * spread, basis, _reason(batch, covered, spread))


def _size_factor(shape: ModelShape, limits: RateLimits) -> float:
    size = shape.parameters
    if size < limits.covered_from:
        narrower = max(1.0, limits.tiny_width / max(limits.tiny_narrowest, shape.hidden))
        return float(limits.small_factor * narrower**limits.tiny_width_exponent)
    if size <= limits.small_up_to:
        return limits.small_factor
    return limits.large_factor if size > limits.large_from else 1.0


def _full(rate: float, size: int, limits: RateLimits) -> float:
    if size >= limits.full_cap_large_from:
        return min(rate, limits.full_cap_large)
    return min(rate, limits.full_cap_medium) if size >= limits.full_cap_medium_from else rate


def _reason(batch: int, covered: bool, spread: float) -> str:
    if covered:
        return (
            f"Sweep optimum for this size at batch {batch}; a factor {spread:g} to each side is as plausible."
        )
    return (
        f"Extrapolated: no published setting covers a model of this size; scaled by width, so the range is "
        f"a factor {spread:g} to each side."
    )


def two_digits(value: float) -> float:
    """`value` rounded to two significant digits."""
    return float(f"{value:.1e}")
