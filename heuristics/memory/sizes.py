"""What this machine can train: a ladder of model sizes, with the limit where one does not fit."""

from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.memory.formula import Load, attention_kept, available_on, predict
from heuristics.planning.recipe import Fit, MemoryPrediction, Method, SizeRow
from heuristics.planning.settings import can_quantise, choose_precision
from heuristics.thresholds.limits import Limits
from heuristics.words import gib

METHOD_NAMES: dict[Method, str] = {"full": "full", "lora": "LoRA", "qlora": "QLoRA"}


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
            limit=limit_of(machine, model.shape, length, limits),
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
    if method == "qlora" and machine.device.kind == "mps":
        return "unknown"
    return smallest_step(machine, shape, method, length, limits).fit


def smallest_step(
    machine: MachineFacts, shape: ModelShape, method: Method, length: int, limits: Limits
) -> MemoryPrediction:
    """The memory of that step."""
    device = machine.device
    precision = choose_precision(device, shape, limits)
    within = min(length, shape.context) if shape.context else length
    kept = attention_kept(shape, device, precision, padded=False)
    load = Load(shape, method, limits.adapter.rank, 1, within, precision, True, kept)
    return predict(load, available_on(device), device.kind == "cpu", limits.memory)


def limit_of(machine: MachineFacts, shape: ModelShape, length: int, limits: Limits) -> str:
    """What keeps the leanest method from training a model of these sizes here, or what the best fit needs."""
    device = machine.device
    method: Method = "qlora" if can_quantise(machine) else "lora"
    step = smallest_step(machine, shape, method, length, limits)
    need = f"{METHOD_NAMES[method]} needs {gib(step.total.value)} of {gib(step.available)} free"
    where = "main memory" if device.kind == "cpu" or device.shared_memory else device.name
    if step.fit in ("fits", "tight"):
        return f"{need} in {where}"
    if step.available <= 0:
        return f"no memory of {where} is free"
    if method == "lora" and device.kind != "mps":
        leaner = smallest_step(machine, shape, "qlora", length, limits)
        if leaner.fit in ("fits", "tight"):
            return f"{need} in {where}; QLoRA would fit, but bitsandbytes is not usable here"
    return f"{need} in {where}"
