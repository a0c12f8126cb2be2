"""Memory of the full run: by formula for its own batch, from what the pilot measured where it did."""

from dataclasses import replace

from heuristics.basis import Basis, Estimate, exactly
from heuristics.facts.pilot import PilotFacts, Proof
from heuristics.memory.formula import fit_of
from heuristics.planning.recipe import MemoryPrediction, Plan, Recipe
from heuristics.planning.settings import Ground, memory_by_formula


def with_memory(ground: Ground, plan: Plan, pilot: PilotFacts) -> Plan:
    """The plan whose full run needs what the pilot's longest batch needed, and what its own larger batch adds
    by formula; as it was before its pilot measured any.

    Where the larger batch does not fit, or the pilot ran out of memory first, its batch is no larger than the
    pilot's.
    """
    proof = pilot.proof
    if proof is None:
        return plan
    full = plan.full_recipe or plan.recipe
    if proof.retries:
        full = _no_larger(full, proof)
    memory = _memory(ground, plan.recipe, full, proof)
    if memory.fit == "no":
        full = _no_larger(full, proof)
        memory = _memory(ground, plan.recipe, full, proof)
    return replace(plan, full_memory=memory, full_recipe=full)


def _memory(ground: Ground, pilot: Recipe, full: Recipe, proof: Proof) -> MemoryPrediction:
    wanted = memory_by_formula(ground, full)
    proven = memory_by_formula(ground, replace(pilot, micro_batch=proof.micro_batch))
    more = wanted.total.value - proven.total.value
    total = _added(proof.peak_bytes, wanted.total, more)
    fit = fit_of(total.value, wanted.available, ground.limits.memory)
    # What ran does fit, however little is free by now.
    return replace(wanted, total=total, parts=(), fit="tight" if fit == "no" and more <= 0 else fit)


def _added(measured: int, formula: Estimate, more: float) -> Estimate:
    """`measured` bytes and `more` by formula, if any, which is as uncertain as the whole of the formula."""
    if more <= 0:
        return exactly(measured, "bytes", source="measured by the pilot")
    low, high = more * formula.low / formula.value, more * formula.high / formula.value
    source = "measured by the pilot; what a larger micro-batch adds, by formula"
    return Estimate(measured + more, measured + low, measured + high, "bytes", Basis.FORMULA, source)


def _no_larger(full: Recipe, proof: Proof) -> Recipe:
    """The recipe with the micro-batch that did not run out of memory, and as many rows per step as before."""
    if full.micro_batch <= proof.micro_batch:
        return full
    accumulation = -(-full.effective_batch // proof.micro_batch)
    return replace(full, micro_batch=proof.micro_batch, accumulation=accumulation)
