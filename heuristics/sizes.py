"""What this machine can train: a ladder of model sizes, and the models beside the chosen one."""

from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.limits import Limits
from heuristics.memory import Load, available_on, predict
from heuristics.recipe import Alternative, Fit, Method, SizeRow
from heuristics.settings import can_quantise, choose_precision


def size_table(
    machine: MachineFacts, catalogue: tuple[ModelFacts, ...], length: int, limits: Limits
) -> tuple[SizeRow, ...]:
    """One line per rung of the ladder, smallest first: does one row of `length` tokens with recomputed
    activations fit?"""
    return tuple(
        SizeRow(
            model=model.id,
            parameters=model.shape.parameters,
            full=smallest_fit(machine, model.shape, "full", length, limits),
            lora=smallest_fit(machine, model.shape, "lora", length, limits),
            qlora=smallest_fit(machine, model.shape, "qlora", length, limits),
        )
        for model in ladder(catalogue, limits)
    )


def ladder(catalogue: tuple[ModelFacts, ...], limits: Limits) -> tuple[ModelFacts, ...]:
    """Models of clearly different sizes, smallest first, without known problems."""
    sound = sorted((each for each in catalogue if not each.problems), key=lambda each: each.shape.parameters)
    rungs: list[ModelFacts] = []
    for model in sound:
        if not rungs or model.shape.parameters >= rungs[-1].shape.parameters * limits.plan.ladder_step:
            rungs.append(model)
    return tuple(rungs[: limits.plan.size_rows])


def smallest_fit(
    machine: MachineFacts, shape: ModelShape, method: Method, length: int, limits: Limits
) -> Fit:
    """Whether the smallest useful step of a method fits: micro-batch 1, recomputed activations. "unknown"
    for 4-bit training on a device for which it does not exist."""
    device = machine.device
    if method == "qlora" and device.kind == "mps":
        return "unknown"
    precision = choose_precision(device, shape, limits)
    within = min(length, shape.context) if shape.context else length
    load = Load(shape, method, limits.adapter.rank, 1, within, precision, True)
    return predict(load, available_on(device), device.kind == "cpu", limits.memory).fit


def alternatives(
    machine: MachineFacts,
    chosen: ModelFacts,
    catalogue: tuple[ModelFacts, ...],
    length: int,
    limits: Limits,
) -> tuple[Alternative, ...]:
    """The models nearest in size to the chosen one, larger before smaller, each with why it was not taken."""
    size = chosen.shape.parameters
    others = [each for each in ladder(catalogue, limits) if each.id != chosen.id]
    larger = [each for each in others if each.shape.parameters > size]
    smaller = [each for each in reversed(others) if each.shape.parameters <= size]
    most = limits.plan.alternatives
    taken_smaller = smaller[: max(1, most - len(larger))] if smaller else []
    taken = larger[: most - len(taken_smaller)] + taken_smaller
    return tuple(_alternative(machine, chosen, each, length, limits) for each in taken)


def _alternative(
    machine: MachineFacts, chosen: ModelFacts, other: ModelFacts, length: int, limits: Limits
) -> Alternative:
    lora = smallest_fit(machine, other.shape, "lora", length, limits)
    ratio = other.shape.parameters / max(1, chosen.shape.parameters)
    if lora in ("fits", "tight"):
        times = f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.2g} times"
        reason = (
            f"{times} the size: better answers are likely, and each step costs {times} as much"
            if ratio > 1
            else f"{times} the size: faster, but less able"
        )
        return Alternative(other.id, reason, lora)
    quantised = smallest_fit(machine, other.shape, "qlora", length, limits)
    if quantised in ("fits", "tight") and can_quantise(machine):
        return Alternative(other.id, "Fits only with 4-bit weights (QLoRA)", quantised)
    if quantised in ("fits", "tight"):
        return Alternative(other.id, "Fits only with 4-bit weights, which need bitsandbytes here", lora)
    return Alternative(other.id, f"Does not fit into {machine.device.name}", "no")
