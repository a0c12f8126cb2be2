"""Memory that pilots measured here, over what was predicted for them: later plans are corrected by it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from heuristics.basis import Estimate
from heuristics.memory.formula import fit_of, with_overhead
from heuristics.planning.recipe import MemoryPrediction, Method, Plan
from heuristics.thresholds.costs import MemoryLimits


@dataclass(frozen=True, slots=True)
class Residual:
    """One proof beside its prediction."""

    case: str
    """Which case measured it: a plan is never corrected by its own pilot."""
    device: str
    """Name of the device: one device's residual says nothing about another's."""
    method: Method
    basis: str
    """"formula" or "simulated": their errors differ."""
    predicted: float
    """Bytes, before any correction."""
    measured: float
    date: str

    @property
    def ratio(self) -> float:
        """Measured over predicted."""
        return self.measured / self.predicted


def residual_of(plan: Plan, peak: float, case: str, date: str) -> Residual | None:
    """What a measured peak says about the plan's prediction; None when either is no number of bytes."""
    predicted = plan.memory.uncorrected or plan.memory.total.value
    if not 0 < predicted < float("inf") or not 0 < peak < float("inf"):
        return None
    basis = plan.memory.total.basis.value
    return Residual(case, plan.device, plan.recipe.method, basis, predicted, peak, date)


def with_residuals(plan: Plan, kept: Sequence[Residual], case: str, limits: MemoryLimits) -> Plan:
    """The plan with its memory corrected by what other cases measured on its device with its method."""
    others = [
        each
        for each in kept
        if (each.device, each.method) == (plan.device, plan.recipe.method) and each.case != case
    ]
    full = plan.full_memory
    # What this case's own pilot measured of the full run has no parts, and needs no correction.
    if full is not None and full.parts:
        full = _corrected(full, others, limits)
    return replace(plan, memory=_corrected(plan.memory, others, limits), full_memory=full)


def _corrected(memory: MemoryPrediction, kept: Sequence[Residual], limits: MemoryLimits) -> MemoryPrediction:
    """The prediction times the median ratio of what was predicted in the same way; its interval holds every
    ratio and some room around. As it was where there is none."""
    ratios = [each.ratio for each in kept if each.basis == memory.total.basis.value]
    if not ratios:
        return memory
    predicted, times = memory.total, median(ratios)
    need = predicted.value * times
    room = limits.residual_room
    pilots = f"{len(ratios)} pilot{'s' if len(ratios) != 1 else ''}"
    total = Estimate(
        need,
        predicted.value * min(ratios) / room,
        predicted.value * max(ratios) * room,
        predicted.unit,
        predicted.basis,
        f"{predicted.source}; times {times:.2f}, measured over predicted in {pilots} on this device",
    )
    return MemoryPrediction(
        parts=with_overhead(memory.parts, need),
        total=total,
        available=memory.available,
        fit=fit_of(need, memory.available, limits),
        uncorrected=predicted.value,
    )
