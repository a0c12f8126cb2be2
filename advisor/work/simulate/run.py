"""One simulation: from a model's config and a training step to the trace of its memory."""

from collections.abc import Mapping
from contextlib import nullcontext

import torch

from advisor.work.simulate.build import build
from advisor.work.simulate.differences import CudaKernels, cuda_functions
from advisor.work.simulate.loading import final_dtype, load, swapped
from advisor.work.simulate.recorder import Recorder
from advisor.work.simulate.steps import train
from heuristics.facts.simulation import TrainingStep
from heuristics.trace import Trace


def record(config: Mapping[str, object], step: TrainingStep) -> Trace:
    """The allocations of loading the model and of two training steps; raises BadModel."""
    model = build(config, step)
    trace = Trace()
    numbers = load(model, step, trace)
    kernels = None if step.on_cpu else CudaKernels(step.workspace)
    recorder = Recorder(trace, kernels, model.config.get_text_config().vocab_size)

    def made(name: str, tensor: torch.Tensor) -> torch.Tensor:
        twin: torch.Tensor = recorder.adopted(tensor, final_dtype(name, tensor, step), numbers[id(tensor)])
        if isinstance(tensor, torch.nn.Parameter):
            return torch.nn.Parameter(twin, requires_grad=tensor.requires_grad)
        return twin

    swapped(model, made)
    with recorder, nullcontext() if step.on_cpu else cuda_functions(step):
        train(model, step, recorder, kernels)
    return trace
