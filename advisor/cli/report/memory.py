"""The answer of `advisor memory`, as text and as JSON."""

import json
from dataclasses import dataclass

from pydantic import TypeAdapter

from advisor.cli.report.layout import field, title
from advisor.numbers import estimated, parameters, size
from advisor.text import plain
from heuristics.facts.simulation import SimulationFacts, TrainingStep
from heuristics.planning.recipe import MemoryPrediction


@dataclass(frozen=True, slots=True)
class Estimated:
    """Everything that the command says."""

    model: str
    parameters: int
    device: str
    answer: str
    memory: MemoryPrediction
    step: TrainingStep
    simulation: SimulationFacts | None
    why_formula: str
    """Why there is no simulation, empty when there is one."""


def as_json(said: Estimated) -> str:
    """The answer as one JSON document on one line."""
    document = TypeAdapter(Estimated).dump_python(said, mode="json")
    return json.dumps(document, allow_nan=False) + "\n"


def as_text(said: Estimated) -> str:
    """The answer for a person."""
    words = {
        "fits": "It fits",
        "does_not": "It does not fit",
        "cannot_tell": "Cannot tell: the limit is inside the interval",
    }
    step, total = said.step, said.memory.total
    lines = title(f"{said.model}, {parameters(said.parameters)}: {step.method} on {said.device}")
    lines += field("answer", words[said.answer])
    lines += field("memory", f"{estimated(total)} of {size(said.memory.available)}")
    lines += field("source", total.source)
    if said.simulation is None:
        lines += field("no simulation", said.why_formula)
        lines += field("parts", ", ".join(f"{each.name} {size(each.bytes)}" for each in said.memory.parts))
    else:
        found = said.simulation
        lines += field(
            "tensors", f"{size(found.allocated)} at the peak, {size(found.reserved)} reserved for them"
        )
        lines += field("parts", ", ".join(f"{name} {size(number)}" for name, number in found.parts))
        lines += field("by phase", ", ".join(f"{each.name} {size(each.allocated)}" for each in found.phases))
    lines += field(
        "step",
        f"{step.micro_batch} x {step.length} tokens, rank {step.rank}, {step.loss} loss, {step.optimizer}, "
        f"{step.attention} attention, activations {'recomputed' if step.checkpointing else 'kept'}",
    )
    return plain("\n".join(lines).lstrip("\n")) + "\n"
