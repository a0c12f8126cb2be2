"""`advisor memory`: does a training step of a model fit, as an answer that a script can act on."""

import asyncio
import sys
import tempfile
from dataclasses import replace
from enum import IntEnum
from pathlib import Path

from advisor import catalog
from advisor.cli.asked import Asked, MemoryWishes
from advisor.cli.narrate import Narrator
from advisor.cli.report.memory import Estimated, as_json, as_text
from advisor.errors import BadInput
from advisor.events import Event, Failed, MachineFound, SimulationFound
from advisor.jobs import run_job
from advisor.models.folder import facts_of_folder
from advisor.models.hub_cache import cache_folder
from advisor.models.search import find_model
from advisor.numbers import size
from advisor.simulations import kept_simulation
from advisor.specs import JobSpec, ProbeTask, SimulateTask, Task
from advisor.text import one_line
from heuristics.facts.machine import Device, MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.simulation import MOST_TOKENS, SimulationFacts, TrainingStep
from heuristics.memory.formula import available_on, load_of, predict
from heuristics.memory.simulated import predict_simulated, training_step
from heuristics.planning.recipe import MemoryPrediction, Recipe

GIB = 1 << 30


class Answer(IntEnum):
    """Exit codes of the command; 2 is left to usage and input errors."""

    FITS = 0
    DOES_NOT = 1
    CANNOT_TELL = 4


def memory(asked: Asked, narrator: Narrator) -> Answer:
    """Estimate the step that was asked for and print it; the answer is the exit code."""
    model = _model(asked.model or "", asked.offline)
    wishes = asked.memory
    tokens = (asked.knobs.sequence_length or 1) * (asked.knobs.micro_batch or 1)
    if tokens > MOST_TOKENS:
        raise BadInput(
            f"No device holds {tokens:,} tokens at once", "Choose a shorter sequence or fewer rows."
        )
    device = _device(wishes, narrator)
    recipe = _recipe(model, asked, device)
    step = training_step(recipe, device)
    if step is None:
        raise BadInput(
            f"The optimizer {one_line(recipe.optimizer, 40)} is not known", "See: advisor memory --help"
        )
    step = replace(step, loss=wishes.loss, attention="eager" if wishes.eager else step.attention)
    context = model.shape.context
    if context and recipe.sequence_length > context:
        beyond = f"{recipe.sequence_length:,} tokens are more than the model's context of {context:,}"
        narrator.say(f"{beyond}: a plan would cut the rows there")
    simulation, why = _simulated(model, step, narrator)
    prediction = _prediction(model, recipe, device, simulation)
    answer = _answer(prediction)
    said = Estimated(
        model=model.id,
        parameters=model.shape.parameters,
        device=device.name,
        answer=answer.name.lower(),
        memory=prediction,
        step=step,
        simulation=simulation,
        why_formula=why,
    )
    sys.stdout.write(as_json(said) if asked.as_json else as_text(said))
    sys.stdout.flush()
    return answer


def _model(choice: str, offline: bool) -> ModelFacts:
    """The model's facts; a folder needs nothing but its config."""
    folder = Path(choice).expanduser()
    if (folder / "config.json").is_file():
        return facts_of_folder(folder.resolve(), folder.resolve().name, "local")
    if folder.is_file() and folder.name == "config.json":
        return facts_of_folder(folder.resolve().parent, folder.resolve().parent.name, "local")
    return find_model(choice, offline)


def _device(wishes: MemoryWishes, narrator: Narrator) -> Device:
    """The device of the question: a GPU by its name, by its memory, or this machine's best."""
    preset = None
    if wishes.gpu is not None:
        wanted = wishes.gpu.lower()
        presets = catalog.gpus()
        preset = next(
            (each for each in presets if wanted in (each.name.lower(), *map(str.lower, each.aliases))), None
        )
        if preset is None:
            near = ", ".join(each.name for each in presets if wanted in each.name.lower())
            raise BadInput(
                f"No GPU is known as {one_line(wishes.gpu, 40)}", f"Known: {near or 'see presets/gpus.toml'}."
            )
    if preset is None and wishes.gib is None:
        return _here(narrator).device
    free = round(wishes.gib * GIB) if wishes.gib is not None else preset.memory if preset else 0
    return Device(
        kind="rocm" if preset and preset.vendor == "AMD" else "cuda",
        index=0,
        name=preset.name if preset else f"a GPU with {size(free)}",
        memory_total=free,
        memory_free=free,
        bf16=preset.bf16 if preset else True,
        compute_capability=preset.compute_capability if preset and preset.vendor == "NVIDIA" else None,
    )


def _here(narrator: Narrator) -> MachineFacts:
    task = ProbeTask(case_folder=Path.cwd(), models_folder=cache_folder(), measure=False)
    for event in _run(task, narrator):
        if isinstance(event, MachineFound):
            return event.facts
    raise BadInput("This machine does not say what memory it has", "Name it: --gpu NAME or --memory GIB.")


def _recipe(model: ModelFacts, asked: Asked, device: Device) -> Recipe:
    knobs, wishes = asked.knobs, asked.memory
    half = "bf16" if device.bf16 else "fp16" if device.kind in ("cuda", "rocm") else "fp32"
    return Recipe(
        model=model.id,
        method=knobs.method or "lora",
        learning_rate=1e-4,
        micro_batch=knobs.micro_batch or 1,
        accumulation=1,
        epochs=1,
        sequence_length=knobs.sequence_length or min(2048, model.shape.context or 2048),
        samples=1,
        rank=knobs.rank or catalog.limits().adapter.rank,
        targets=wishes.targets,
        precision=wishes.precision or half,  # type: ignore[arg-type]
        checkpointing=True if knobs.checkpointing is None else knobs.checkpointing,
        optimizer=wishes.optimizer,
        packing=wishes.packing,
    )


def _simulated(
    model: ModelFacts, step: TrainingStep, narrator: Narrator
) -> tuple[SimulationFacts | None, str]:
    """The simulation, or why there is none."""
    known = kept_simulation(model, step)
    if known is not None:
        return known, ""
    why = "the simulation ended without an answer"
    for event in _run(SimulateTask(model=model, step=step), narrator):
        if isinstance(event, SimulationFound):
            return event.facts, ""
        if isinstance(event, Failed):
            why = event.message
    return None, why


def _prediction(
    model: ModelFacts, recipe: Recipe, device: Device, simulation: SimulationFacts | None
) -> MemoryPrediction:
    limits, on_cpu, free = catalog.limits().memory, device.kind == "cpu", available_on(device)
    if simulation is not None:
        return predict_simulated(simulation, free, on_cpu, limits)
    load = load_of(model.shape, recipe, device)
    return predict(load, free, on_cpu, limits)


def _answer(memory: MemoryPrediction) -> Answer:
    """Whether it fits, when the whole interval says so."""
    if memory.total.high <= memory.available:
        return Answer.FITS
    return Answer.DOES_NOT if memory.total.low > memory.available else Answer.CANNOT_TELL


def _run(task: Task, narrator: Narrator) -> list[Event]:
    """All events of one job that belongs to no case."""

    async def collect(folder: Path) -> list[Event]:
        found = []
        async for event in run_job(JobSpec(folder=folder, task=task, offline=True)):
            narrator.hear(event)
            found.append(event)
        return found

    with tempfile.TemporaryDirectory(prefix="advisor-memory-") as folder:
        try:
            return asyncio.run(collect(Path(folder)))
        finally:
            narrator.close()
