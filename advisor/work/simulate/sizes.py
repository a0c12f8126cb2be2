"""Remembers what size an operation's results had, because layers ask the same over and over."""

from collections.abc import Mapping, Sequence

import torch

META = torch.device("meta")
Spec = tuple[torch.Size, tuple[int, ...], torch.dtype]
Known = tuple[type | None, tuple[Spec, ...]]
"""The kind of sequence that holds the results, None for one tensor, and their size, strides and format."""


class SizeCache:
    """Results of operations on the meta device, made again without working their sizes out again."""

    def __init__(self) -> None:
        self._known: dict[object, Known | None] = {}

    def run(
        self, func: torch._ops.OpOverload, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> object:
        """What `func` gives for these arguments; fresh tensors are made from what is remembered."""
        if func._schema.is_mutable:
            return func(*args, **kwargs)
        key = _described((func, args, tuple(kwargs.items())))
        if key in self._known:
            known = self._known[key]
            return func(*args, **kwargs) if known is None else _made(known)
        result = func(*args, **kwargs)
        self._known[key] = _known(result, (*args, *kwargs.values()))
        return result


def _described(value: object) -> object:
    """What an operation's result depends on; 1, 1.0 and True are told apart."""
    if isinstance(value, torch.Tensor):
        return value.shape, value.stride(), value.dtype, value.storage_offset(), value.device.type
    if isinstance(value, list | tuple):
        return tuple([_described(each) for each in value])
    return type(value), value


def _known(result: object, given: Sequence[object]) -> Known | None:
    """How to make the result again, None when it shares memory with an argument or is more than tensors."""
    each = result if isinstance(result, list | tuple) else (result,)
    if not all(isinstance(one, torch.Tensor) and one.device == META for one in each):
        return None
    taken = {one.untyped_storage()._cdata for one in _tensors(given)}
    storages = [one.untyped_storage()._cdata for one in each]
    if taken.intersection(storages) or len(set(storages)) < len(storages):
        return None
    kind = type(result) if isinstance(result, list | tuple) else None
    known = kind, tuple((one.shape, one.stride(), one.dtype) for one in each)
    again = _made(known)
    pairs = zip(each, again if isinstance(again, list | tuple) else (again,), strict=True)
    same = all(_bytes(one) == _bytes(other) and one.storage_offset() == 0 for one, other in pairs)
    return known if same else None


def _made(known: Known) -> object:
    kind, specs = known
    made = [torch.empty_strided(size, stride, dtype=dtype, device=META) for size, stride, dtype in specs]
    return made[0] if kind is None else kind(made)


def _bytes(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().nbytes()


def _tensors(values: Sequence[object]) -> list[torch.Tensor]:
    found: list[torch.Tensor] = []
    for each in values:
        if isinstance(each, torch.Tensor):
            found.append(each)
        elif isinstance(each, list | tuple):
            found += _tensors(each)
    return found
