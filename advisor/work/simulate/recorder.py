"""Tensors that have a size but no memory, and a record of what a device would have allocated for them."""

import sys
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Self

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

from advisor.work.simulate.differences import CudaKernels
from advisor.work.simulate.sizes import META, SizeCache
from heuristics.memory.trace import Part, Trace

DEVICE = torch.device("cpu")
ENGINE = torch.autograd.graph._engine_run_backward.__code__
"""From where the engine runs when it calls an operation itself, not through a function of Python."""
HELD_BY_CALL, HELD_BY_STORAGE = 4, 2
"""References to a tensor, and to its storage, while an operation is asked about it and nobody else has it."""


class Sized(torch.Tensor):
    """Looks like a tensor on the CPU, for autocast and autograd; holds one on the meta device."""

    bare: torch.Tensor

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> Self:
        """A tensor of the size, strides and number format of `inner`, which shares its storage."""
        outer = torch.Tensor._make_wrapper_subclass(
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=DEVICE,
        )
        outer.bare = inner
        return outer

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls,
        func: torch._ops.OpOverload,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        """Compute sizes without recording anything."""
        bare = {name: _bare(each) for name, each in (kwargs or {}).items()}
        result = func(*[_bare(each) for each in args], **bare)
        return tree_map(lambda each: Sized(each) if isinstance(each, torch.Tensor) else each, result)


class Recorder(TorchDispatchMode):
    """Runs operations on sizes alone and writes a trace of the storages that they take and give back.

    Numbers without dimensions stay real, so that an optimizer can count its steps.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here; torch's guard against it would stand between the engine and this mode."""
        return False

    def __init__(
        self, trace: Trace, kernels: CudaKernels | None, vocabulary: int, padded: bool = False
    ) -> None:
        """`kernels` adds what CUDA's own kernels take; None records what a CPU does."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.trace = trace
        self.part: Part = "activations"
        """What new storages are for, unless they hold logits."""
        self._kernels = kernels
        self._vocabulary = vocabulary
        self._padded = padded
        self._alive: dict[int, int] = {}
        self._sizes = SizeCache()

    def adopted(self, tensor: torch.Tensor, number: torch.dtype, allocation: int) -> Sized:
        """A twin of `tensor` in another number format, which is allocation `allocation` of the trace."""
        inner = torch.empty(tensor.shape, dtype=number, device=META)
        storage = inner.untyped_storage()
        self._alive[storage._cdata] = allocation
        weakref.finalize(storage, self._gone, storage._cdata)
        return Sized(inner)

    def relabel(self, tensors: Iterable[torch.Tensor], part: Part) -> None:
        """Say what the memory of tensors is for, once that is known."""
        for tensor in tensors:
            if isinstance(tensor, Sized):
                number = self._alive.get(tensor.bare.untyped_storage()._cdata)
                if number is not None:
                    self.trace.parts[number] = part

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        kwargs = dict(kwargs or {})
        given = list(_tensors((*args, *kwargs.values())))
        if not any(isinstance(each, Sized) for each in given) and _stays_real(func, given, args):
            return func(*args, **kwargs)
        if func is torch.ops.aten._local_scalar_dense.default and given[0].dtype is torch.bool:
            # Models ask whether all rows are whole, or, without a mask, whether they start at position 0.
            return not self._padded
        if func is torch.ops.aten.add.Tensor and _accumulates(args):
            return args[0]
        if self._kernels is not None and (size := self._kernels.before(func)):
            self.trace.allocate(size, "workspace")
        if _has_device(func) and (not given or "device" in kwargs):
            kwargs["device"] = META
        bare_kwargs = {name: _bare(each) for name, each in kwargs.items()}
        result = self._sizes.run(func, [_bare(each) for each in args], bare_kwargs)
        known = {id(each.bare): each for each in given if isinstance(each, Sized)}
        wrapped = self._wrapped(result, known)
        if self._kernels is not None:
            self.trace.passing(self._kernels.inside(func, args), self.part)
        return wrapped

    def _wrapped(self, value: object, known: Mapping[int, Sized]) -> object:
        if isinstance(value, torch.Tensor):
            outer = known.get(id(value))
            if outer is None:
                self._see(value)
                outer = Sized(value)
            return outer
        if isinstance(value, list | tuple):
            return type(value)([self._wrapped(each, known) for each in value])
        return value

    def _see(self, inner: torch.Tensor) -> None:
        storage = inner.untyped_storage()
        key = storage._cdata
        size = storage.nbytes()
        if key in self._alive or size == 0:
            return
        wide = inner.dim() > 1 and inner.shape[-1] == self._vocabulary
        part: Part = "logits" if wide and self.part == "activations" else self.part
        self._alive[key] = self.trace.allocate(size, part)
        weakref.finalize(storage, self._gone, key)

    def _gone(self, key: int) -> None:
        number = self._alive.pop(key, None)
        if number is not None:
            self.trace.release(number)


def _accumulates(args: Sequence[object]) -> bool:
    """True for the sum of two gradients of one tensor that the engine makes in the first one's memory.

    torch/csrc/autograd/input_buffer.cpp, `accumulate`: so it is done when nobody else holds that memory. For
    tensors of our own kind the engine adds out of place instead, straight from its own loop.
    """
    first = args[0]
    if not isinstance(first, Sized) or sys._getframe(2).f_code is not ENGINE:
        return False
    held = torch._C._storage_Use_Count(first.bare.untyped_storage()._cdata)
    uses: int = first._use_count()  # type: ignore[attr-defined]
    return uses == HELD_BY_CALL and held == HELD_BY_STORAGE


def _tensors(values: Sequence[object]) -> Iterator[torch.Tensor]:
    for each in values:
        if isinstance(each, torch.Tensor):
            yield each
        elif isinstance(each, list | tuple):
            yield from _tensors(each)


def _bare(value: object) -> object:
    """The value with what is computed on instead of what it looks like; single numbers stay as they are."""
    if isinstance(value, Sized):
        return value.bare
    if isinstance(value, torch.Tensor):
        return value if value.dim() == 0 else value.to(META)
    if isinstance(value, list | tuple):
        return type(value)([_bare(each) for each in value])
    return value


@cache
def _has_device(func: torch._ops.OpOverload) -> bool:
    return any(each.name == "device" for each in func._schema.arguments)


def _stays_real(func: torch._ops.OpOverload, given: Sequence[torch.Tensor], args: tuple[object, ...]) -> bool:
    """True for operations on real numbers, and for the making of a single one."""
    if not _has_device(func) and not given:
        return True
    if given:
        return all(each.dim() == 0 or each.numel() <= 1 for each in given)
    shape = args[0] if args else None
    return isinstance(shape, Sequence) and len(shape) == 0
