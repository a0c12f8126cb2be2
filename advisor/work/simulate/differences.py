"""Where CUDA's kernels allocate otherwise than the CPU's, one entry per difference, each with its source."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import torch

from advisor.work.simulate.attention import scaled_dot_product
from heuristics.facts.simulation import TrainingStep

aten = torch.ops.aten

PRODUCTS = frozenset(
    {aten.mm.default, aten.addmm.default, aten.bmm.default, aten.baddbmm.default, aten._grouped_mm.default}
)
"""Products that cuBLAS computes; each thread's first takes a workspace (`getChosenWorkspaceSize` in
aten/src/ATen/cuda/CublasHandlePool.cpp). The backward pass runs on a thread of its own."""


class CudaKernels:
    """What CUDA's kernels take beside the tensors that they return."""

    def __init__(self, workspace: int) -> None:
        self._workspace = workspace
        self._threads = {"forward": False, "backward": False}
        self.thread = "forward"

    def before(self, func: Callable[..., object]) -> int:
        """Bytes of a workspace that is taken now and kept."""
        if func in PRODUCTS and not self._threads[self.thread]:
            self._threads[self.thread] = True
            return self._workspace
        return 0

    def inside(self, func: Callable[..., object], args: Sequence[object]) -> list[int]:
        """Bytes of temporaries that live only while the kernel runs."""
        if func is aten._softmax_backward_data.default:
            # `softmax_backward_cuda_out` in aten/src/ATen/native/cuda/SoftMax.cu: gradient times output.
            return [_first(args).nbytes]
        if func is aten._safe_softmax.default:
            # aten/src/ATen/native/SoftMax.cpp: a result before the one without empty rows, and one byte for
            # each number that says whether it is masked.
            return [_first(args).nbytes, _first(args).numel()]
        return []


def _first(args: Sequence[object]) -> torch.Tensor:
    tensor = args[0]
    assert isinstance(tensor, torch.Tensor)
    return tensor


@contextmanager
def cuda_functions(step: TrainingStep) -> Iterator[None]:
    """Put what stands for CUDA's kernels in the place of functions that a CPU computes otherwise.

    They are replaced where models look them up; a mode would not reach what a backward pass computes again.
    """
    functions = torch.nn.functional
    kept = functions.scaled_dot_product_attention, functions.softmax, functions.layer_norm
    functions.scaled_dot_product_attention = partial(scaled_dot_product, step.attention)
    functions.softmax = partial(_softmax, kept[1])
    functions.layer_norm = partial(_layer_norm, kept[2])
    try:
        yield
    finally:
        functions.scaled_dot_product_attention, functions.softmax, functions.layer_norm = kept


def _softmax(
    plain: Callable[..., torch.Tensor],
    input: torch.Tensor,
    dim: int | None = None,
    _stacklevel: int = 3,
    dtype: torch.dtype | None = None,
) -> torch.Tensor:
    if dtype is torch.float32 and input.dtype is torch.float16:
        return WideningSoftmax.apply(input)  # type: ignore[no-any-return, no-untyped-call]
    return plain(input, dim, _stacklevel, dtype)


def _layer_norm(
    plain: Callable[..., torch.Tensor], input: torch.Tensor, *args: object, **kwargs: object
) -> torch.Tensor:
    """AT_FORALL_FP32 in aten/src/ATen/autocast_mode.h lists layer_norm for CUDA, but not for the CPU."""
    if not torch.is_autocast_enabled("cpu"):
        return plain(input, *args, **kwargs)
    with torch.autocast("cpu", enabled=False):
        wide = {name: _wide(each) for name, each in kwargs.items()}
        return plain(_wide(input), *[_wide(each) for each in args], **wide)


def _wide(value: object) -> object:
    return value.float() if isinstance(value, torch.Tensor) and value.is_floating_point() else value


class WideningSoftmax(torch.autograd.Function):
    """Softmax of fp16 into fp32: one kernel each way on CUDA (aten/src/ATen/native/SoftMax.cpp, `softmax`,
    and cuda/SoftMax.cu, `half_to_float`), where a CPU copies first. In bf16 CUDA copies as well."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, source: torch.Tensor) -> torch.Tensor:
        result = torch.empty_like(source, dtype=torch.float32)
        ctx.save_for_backward(result)
        ctx.number = source.dtype  # type: ignore[attr-defined]
        return result

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor) -> torch.Tensor:
        (result,) = ctx.saved_tensors  # type: ignore[attr-defined]
        gradient = torch.empty_like(result, dtype=ctx.number)  # type: ignore[attr-defined]
        torch.empty_like(result)
        return gradient
