"""One simulation: from a model's config and a training step to the trace of its memory."""

import time
from collections.abc import Mapping
from contextlib import ExitStack

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from advisor.work.simulate.build import build, is_adapter
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
    fake = FakeTensorMode(allow_non_fake_inputs=True)

    def made(name: str, tensor: torch.Tensor) -> torch.Tensor:
        number = final_dtype(name, tensor, step)
        twin = torch.empty(tensor.shape, dtype=number, device="cpu")
        if isinstance(tensor, torch.nn.Parameter):
            twin = torch.nn.Parameter(twin, requires_grad=tensor.requires_grad)
        recorder.adopt(twin, numbers[id(tensor)])
        return twin

    with ExitStack() as stack:
        stack.enter_context(fake)
        swapped(model, made)
        stack.enter_context(recorder)
        if not step.on_cpu:
            stack.enter_context(cuda_functions(step))
        train(model, step, recorder, kernels)
    return trace
