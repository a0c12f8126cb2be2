"""Loading a model onto the device, as the allocations that it makes there."""

import re
from collections.abc import Callable

import torch
from torch import nn

from advisor.work.simulate.build import NUMBERS, is_adapter, parameters_of
from advisor.work.simulate.packed import PackedLinear
from heuristics.facts.simulation import TrainingStep
from heuristics.memory.trace import Trace

Numbered = dict[int, int]
"""The allocation of each tensor, by the tensor's identity."""


def load(model: nn.Module, step: TrainingStep, trace: Trace) -> Numbered:
    """Record loading, upcasts and the adapter's arrival; returns the allocation of each tensor that stays.

    Weights that are not quantised are moved one after the other (`Module.to`). Quantised ones come in the
    order of their names, into a block that transformers reserves first (`caching_allocator_warmup`), each in
    16 bits before it is packed.
    """
    trace.begin("loading")
    numbered: Numbered = {}
    packed = {id(each.weight): each for each in model.modules() if isinstance(each, PackedLinear)}
    base = [(name, each) for name, each in parameters_of(model) if not is_adapter(name)]
    if packed:
        base.sort(key=lambda each: _natural(each[0]))
        trace.passing([sum(_loaded_size(each, step) for _, each in base)], "weights")
    for _, parameter in base:
        layer = packed.get(id(parameter))
        if layer is None:
            numbered[id(parameter)] = trace.allocate(_loaded_size(parameter, step), "weights")
        else:
            _quantise(layer, step, trace, numbered)
    for buffer in model.buffers():
        if id(buffer) not in numbered:
            numbered[id(buffer)] = trace.allocate(buffer.numel() * buffer.element_size(), "weights")
    if step.upcast:
        _upcast(model, step, trace, numbered)
    _adapter(model, step, trace, numbered)
    return numbered


def final_dtype(name: str, parameter: torch.Tensor, step: TrainingStep) -> torch.dtype:
    """The number format in which a parameter stays."""
    if not parameter.is_floating_point():
        return parameter.dtype
    if is_adapter(name):
        return NUMBERS[step.adapter]
    return torch.float32 if step.upcast else parameter.dtype


def _loaded_size(parameter: torch.Tensor, step: TrainingStep) -> int:
    return parameter.numel() * parameter.element_size()


def _quantise(layer: PackedLinear, step: TrainingStep, trace: Trace, numbered: Numbered) -> None:
    whole = trace.allocate(layer.in_features * layer.out_features * NUMBERS[step.weights].itemsize, "weights")
    scales = list(layer.buffers())
    if layer.double_scales:
        plain = [trace.allocate(4 * scales[1].numel(), "weights") for _ in range(2)]
    numbered[id(scales[0])] = trace.allocate(scales[0].numel() * 4, "weights")
    if not layer.double_scales:
        numbered[id(scales[1])] = trace.allocate(scales[1].numel() * 4, "weights")
    numbered[id(layer.weight)] = trace.allocate(layer.weight.numel(), "weights")
    if layer.double_scales:
        for each in scales[1:]:
            numbered[id(each)] = trace.allocate(each.numel() * each.element_size(), "weights")
        for number in plain:
            trace.release(number)
    trace.release(whole)


def _upcast(model: nn.Module, step: TrainingStep, trace: Trace, numbered: Numbered) -> None:
    for name, parameter in parameters_of(model):
        if parameter.is_floating_point() and parameter.element_size() == 2 and not is_adapter(name):
            wide = trace.allocate(4 * parameter.numel(), "weights")
            trace.release(numbered[id(parameter)])
            numbered[id(parameter)] = wide
    if step.clear_cache:
        trace.empty_cache()


def _adapter(model: nn.Module, step: TrainingStep, trace: Trace, numbered: Numbered) -> None:
    """peft moves each new matrix to the device in the format of its layer's weight, then casts them all."""
    matrices = [each for name, each in parameters_of(model) if is_adapter(name)]
    first = 4 if step.method == "qlora" else NUMBERS[step.weights].itemsize
    last = NUMBERS[step.adapter].itemsize
    for each in matrices:
        numbered[id(each)] = trace.allocate(first * each.numel(), "adapter")
    if first == last:
        return
    for each in matrices:
        cast = trace.allocate(last * each.numel(), "adapter")
        trace.release(numbered[id(each)])
        numbered[id(each)] = cast


def _natural(name: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"\.", name)]


def swapped(model: nn.Module, make: Callable[[str, torch.Tensor], torch.Tensor]) -> None:
    """Replace every parameter and buffer by what `make` gives for it, tied ones by the same."""
    made: dict[int, torch.Tensor] = {}
    for prefix, module in model.named_modules():
        for kind in (module._parameters, module._buffers):
            for leaf, tensor in list(kind.items()):
                if tensor is None:
                    continue
                if id(tensor) not in made:
                    made[id(tensor)] = make(f"{prefix}.{leaf}", tensor)
                kind[leaf] = made[id(tensor)]
