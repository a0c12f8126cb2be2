"""The simulate job: what a training step takes, looked up or worked out."""

import time
from collections.abc import Mapping
from dataclasses import replace

from advisor.events import SimulationFound, Step
from advisor.simulations import keep_simulation, kept_simulation, library_versions
from advisor.specs import JobSpec, SimulateTask
from advisor.work.emit import Emitter
from heuristics.facts.simulation import MemoryPhase, SimulationFacts, TrainingStep
from heuristics.memory.trace import Replay, replay

FIRST = 8.0
"""Seconds that a simulation takes, torch's loading included, for the time left before one is done."""


def simulate(spec: JobSpec, emitter: Emitter) -> None:
    """Emit the simulations of the task's steps; raises BadModel, in one line, when the model cannot be."""
    assert isinstance(spec.task, SimulateTask)
    model, steps = spec.task.model, (spec.task.step, *spec.task.more)
    worked, began = 0, time.monotonic()
    for number, step in enumerate(steps):
        facts = kept_simulation(model, step)
        if facts is None:
            from advisor.work.simulate.config import config_of

            each = (time.monotonic() - began) / worked if worked else FIRST
            left = round(each * (len(steps) - number), 1)
            text = f"a training step of {model.id}"
            emitter.emit(Step(phase="simulate", done=number, total=len(steps), seconds_left=left, text=text))
            facts = replace(simulated(config_of(model), step), model=model.id)
            keep_simulation(model, facts)
            worked += 1
        emitter.emit(SimulationFound(facts=facts))


def simulated(config: Mapping[str, object], step: TrainingStep) -> SimulationFacts:
    """Facts of one simulation, worked out; raises BadModel."""
    # Imported here because a simulation that was kept must be found without loading torch.
    from advisor.work.simulate.run import record

    began = time.monotonic()
    recorded = record(config, step)
    result = replay(recorded.trace)
    needed = sum(size for _, size in result.parts)
    return SimulationFacts(
        model=str(config.get("model_type")),
        step=step,
        # A CPU's allocator neither rounds nor keeps segments.
        allocated=needed if step.on_cpu else result.allocated,
        reserved=needed if step.on_cpu else result.reserved,
        phases=_phases(result),
        parts=(*result.parts, ("fragmentation", 0 if step.on_cpu else max(0, result.reserved - needed))),
        parameters=recorded.parameters,
        trained_parameters=recorded.trained,
        seconds=round(time.monotonic() - began, 3),
        versions=library_versions(),
    )


def _phases(result: Replay) -> tuple[MemoryPhase, ...]:
    """The highest of each phase, over all steps, in the order of their first coming."""
    best: dict[str, MemoryPhase] = {}
    for each in result.phases:
        seen = best.get(each.name, MemoryPhase(each.name, 0, 0))
        best[each.name] = MemoryPhase(
            each.name, max(seen.allocated, each.allocated), max(seen.reserved, each.reserved)
        )
    return tuple(best.values())
