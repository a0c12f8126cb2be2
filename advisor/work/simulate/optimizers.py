"""Optimizers as what they allocate: torch's own where it can run, bitsandbytes' by its sizes."""

from collections.abc import Sequence
from typing import Protocol

import torch

from heuristics.facts.simulation import TrainingStep

BLOCK = 256
"""Numbers that share one scale in the states of 8-bit optimizers (bitsandbytes/optim/optimizer.py)."""
LEAST_NUMBERS = 4096
"""Smaller parameters keep fp32 states there."""


class StepOptimizer(Protocol):
    """What a training step needs of an optimizer."""

    def step(self) -> object:
        """One update from the gradients."""


def make_optimizer(model: torch.nn.Module, step: TrainingStep) -> StepOptimizer:
    """The optimizer of a training step over the trained parameters of a model."""
    trained = [each for each in model.parameters() if each.requires_grad]
    if step.master:
        return _Master(trained, step)
    match step.optimizer:
        case "adamw_8bit":
            return _EightBit(trained, _embeddings(model))
        case "paged_adamw_8bit":
            return _Paged()
        case "adafactor":
            from transformers.optimization import Adafactor

            optimizer: StepOptimizer = Adafactor(trained, lr=1e-4, scale_parameter=False, relative_step=False)
            return optimizer
        case "adamw_fused":
            return torch.optim.AdamW(trained, fused=True)
        case _:
            # On CUDA torch updates all parameters together unless told otherwise.
            return torch.optim.AdamW(trained, foreach=not step.on_cpu)


def _embeddings(model: torch.nn.Module) -> frozenset[int]:
    """Identities of the embeddings' weights, for which the trainer asks for states of 32 bits
    (transformers/trainer.py, `create_optimizer`)."""
    return frozenset(id(each.weight) for each in model.modules() if isinstance(each, torch.nn.Embedding))


class _EightBit:
    """bitsandbytes/optim/optimizer.py, `Optimizer2State`: two states of one byte with scales and a code."""

    def __init__(self, trained: Sequence[torch.nn.Parameter], whole: frozenset[int]) -> None:
        self._trained, self._whole = trained, whole
        self._states: list[torch.Tensor] = []

    def step(self) -> None:
        """States are made in the first step; nothing else is taken."""
        if self._states:
            return
        for each in self._trained:
            wide = each.numel() < LEAST_NUMBERS or id(each) in self._whole
            number = torch.float32 if wide else torch.uint8
            for _ in range(2):
                self._states.append(torch.empty(each.numel(), dtype=number))
                if not wide:
                    self._states.append(torch.empty(-(-each.numel() // BLOCK), dtype=torch.float32))
        self._states += [torch.empty(256, dtype=torch.float32) for _ in range(2)]


class _Paged:
    """States in managed memory, which the device does not count."""

    def step(self) -> None:
        """Nothing is taken."""


class _Master:
    """An fp32 copy of 16-bit weights, updated in their place and copied back."""

    def __init__(self, trained: Sequence[torch.nn.Parameter], step: TrainingStep) -> None:
        self._trained = trained
        self._copies = [torch.nn.Parameter(each.detach().float()) for each in trained]
        self._inner = torch.optim.AdamW(self._copies, foreach=not step.on_cpu)

    def step(self) -> None:
        """Gradients are copied to fp32, used and dropped."""
        for copy, each in zip(self._copies, self._trained, strict=True):
            copy.grad = None if each.grad is None else each.grad.float()
        self._inner.step()
        for copy in self._copies:
            copy.grad = None
