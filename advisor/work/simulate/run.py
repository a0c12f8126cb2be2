"""One simulation: from a model's config and a training step to the trace of its memory."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

import torch

from advisor.errors import BadModel
from advisor.text import one_line
from advisor.work.simulate.absurd import check
from advisor.work.simulate.build import build, counted
from advisor.work.simulate.differences import CudaKernels, cuda_functions
from advisor.work.simulate.loading import final_dtype, load, swapped
from advisor.work.simulate.recorder import Recorder
from advisor.work.simulate.steps import train
from heuristics.facts.simulation import TrainingStep
from heuristics.memory.trace import Trace


@dataclass(frozen=True, slots=True)
class Recorded:
    """A trace and what it is of."""

    trace: Trace
    parameters: int
    trained: int


def record(config: Mapping[str, object], step: TrainingStep) -> Recorded:
    """The allocations of loading the model and of two training steps; raises BadModel."""
    check(config, step)
    model = build(config, step)
    parameters, trained = counted(model)
    trace = Trace()
    numbers = load(model, step, trace)
    kernels = None if step.on_cpu else CudaKernels(step.workspace)
    recorder = Recorder(trace, kernels, model.config.get_text_config().vocab_size, step.padded)

    def made(name: str, tensor: torch.Tensor) -> torch.Tensor:
        twin: torch.Tensor = recorder.adopted(tensor, final_dtype(name, tensor, step), numbers[id(tensor)])
        if isinstance(tensor, torch.nn.Parameter):
            return torch.nn.Parameter(twin, requires_grad=tensor.requires_grad)
        return twin

    swapped(model, made)
    try:
        with recorder, nullcontext() if step.on_cpu else cuda_functions(step):
            train(model, step, recorder, kernels)
    except (RuntimeError, NotImplementedError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise BadModel(
            f"a {config.get('model_type')} cannot be simulated: {one_line(str(error), 160)}",
            "Only the formula can estimate it.",
        ) from error
    return Recorded(trace, parameters, trained)
