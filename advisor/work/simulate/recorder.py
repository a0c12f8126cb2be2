"""Records every storage that a piece of torch code allocates and releases."""

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from advisor.work.simulate.differences import CudaKernels
from heuristics.trace import Part, Trace


class Recorder(TorchDispatchMode):
    """Writes a trace while it is active; tensors made before are known only when `adopt` names them."""

    def __init__(self, trace: Trace, kernels: CudaKernels | None, vocabulary: int) -> None:
        """`kernels` adds what CUDA's own kernels take; None records what this device does."""
        super().__init__()
        self.trace = trace
        self.part: Part = "activations"
        """What new storages are for, unless they hold logits."""
        self._kernels = kernels
        self._vocabulary = vocabulary
        self._alive: dict[int, int] = {}

    def adopt(self, tensor: torch.Tensor, number: int) -> None:
        """A tensor that already exists is allocation `number` of the trace."""
        storage = tensor.untyped_storage()
        self._alive[storage._cdata] = number
        weakref.finalize(storage, self._gone, storage._cdata)

    def relabel(self, tensors: Iterable[torch.Tensor], part: Part) -> None:
        """Say what the memory of tensors is for, once that is known."""
        for tensor in tensors:
            number = self._alive.get(tensor.untyped_storage()._cdata)
            if number is not None:
                self.trace.parts[number] = part

    def __torch_dispatch__(
        self,
        func: Callable[..., object],
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        if self._kernels is not None and (size := self._kernels.before(func)):
            self.trace.allocate(size, "workspace")
        result = func(*args, **(kwargs or {}))
        for tensor in tree_iter(result):
            if isinstance(tensor, torch.Tensor):
                self._see(tensor)
        if self._kernels is not None:
            self.trace.passing(self._kernels.inside(func, args), self.part)
        return result

    def _see(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key in self._alive or storage.nbytes() == 0:
            return
        wide = tensor.dim() > 1 and tensor.shape[-1] == self._vocabulary
        part: Part = "logits" if wide and self.part == "activations" else self.part
        self._alive[key] = self.trace.allocate(storage.nbytes(), part)
        weakref.finalize(storage, self._gone, key)

    def _gone(self, key: int) -> None:
        number = self._alive.pop(key, None)
        if number is not None:
            self.trace.release(number)
