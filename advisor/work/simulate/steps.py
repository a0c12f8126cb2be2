"""Two training steps of a model without memory, as the trainer runs them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import torch
from transformers import PreTrainedModel

from advisor.work.simulate.build import NUMBERS
from advisor.work.simulate.differences import CudaKernels
from advisor.work.simulate.losses import tiled_loss
from advisor.work.simulate.optimizers import StepOptimizer, make_optimizer
from advisor.work.simulate.recorder import Recorder
from heuristics.facts.simulation import TrainingStep

STEPS = 2
"""The optimizer's state is made in the first step; the second is like all others."""


def train(
    model: PreTrainedModel, step: TrainingStep, recorder: Recorder, kernels: CudaKernels | None
) -> None:
    """Run the steps; the recorder's trace then holds what they allocate."""
    trained = [each for each in model.parameters() if each.requires_grad]
    optimizer = make_optimizer(model, step)
    rows, length = (1, step.micro_batch * step.length) if step.packing else (step.micro_batch, step.length)
    ids = torch.ones(rows, length, dtype=torch.long)
    mask = torch.ones_like(ids) if step.padded else None
    for _ in range(STEPS):
        for each in trained:
            each.grad = None
        _enter(recorder, kernels, "forward")
        with _casting(step):
            loss, *outputs = _loss(model, ids, mask, step)
        _enter(recorder, kernels, "backward")
        loss.backward()  # type: ignore[no-untyped-call]
        recorder.relabel([each.grad for each in trained if each.grad is not None], "gradients")
        _enter(recorder, kernels, "optimizer")
        recorder.part = "optimizer"
        optimizer.step()
        recorder.part = "activations"
        del loss, outputs


def _enter(recorder: Recorder, kernels: CudaKernels | None, phase: str) -> None:
    recorder.trace.begin(phase)
    if kernels is not None:
        kernels.thread = "backward" if phase == "backward" else "forward"


def _casting(step: TrainingStep) -> AbstractContextManager[object]:
    if step.autocast is None or step.autocast == "fp32":
        return nullcontext()
    return torch.autocast("cpu", dtype=NUMBERS[step.autocast])


def _loss(
    model: PreTrainedModel, ids: torch.Tensor, mask: torch.Tensor | None, step: TrainingStep
) -> Iterator[torch.Tensor]:
    if step.loss == "stock":
        out = model(input_ids=ids, attention_mask=mask, labels=ids)
        return iter((out.loss, out.logits))
    bare = model.get_base_model() if step.method != "full" else model
    hidden = bare.base_model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    return iter((tiled_loss(step.loss, hidden, bare.get_output_embeddings()),))


__all__ = ["STEPS", "StepOptimizer", "train"]
