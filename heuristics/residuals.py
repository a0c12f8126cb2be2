"""Memory that pilots measured here, over what was predicted for them: later plans are corrected by it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from heuristics.basis import Basis, Estimate
from heuristics.memory import fit_of
from heuristics.planning_limits import MemoryLimits
from heuristics.recipe import MemoryPart, MemoryPrediction, Method, Plan


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
    memory = plan.memory
    if memory.total.basis not in (Basis.FORMULA, Basis.SIMULATED):
        return plan
    ratios = [
        each.ratio
        for each in kept
        if (each.device, each.method, each.basis)
        == (plan.device, plan.recipe.method, memory.total.basis.value)
        and each.case != case
    ]
    if not ratios:
        return plan
    return replace(plan, memory=_corrected(memory, ratios, limits))


def _corrected(memory: MemoryPrediction, ratios: Sequence[float], limits: MemoryLimits) -> MemoryPrediction:
    """The prediction times the median ratio; its interval holds every ratio and some room around."""
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
        parts=_with_overhead(memory.parts, need),
        total=total,
        available=memory.available,
        fit=fit_of(need, memory.available, limits),
        uncorrected=predicted.value,
    )


def _with_overhead(parts: Sequence[MemoryPart], need: float) -> tuple[MemoryPart, ...]:
    """The parts of the tensors as they were; what was measured beside them is overhead."""
    known = [each for each in parts if each.name != "overhead"]
    rest = round(need) - sum(each.bytes for each in known)
    return (*known, MemoryPart("overhead", max(0, rest)))
