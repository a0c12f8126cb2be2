"""What a safetensors file says it holds, read from its header with nothing in it trusted."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import BadModel
from advisor.text import one_line

LARGEST_HEADER = 64 << 20
"""Bytes; the format's own limit is 100 MB, real models stay far below this."""
MOST_SIDES = 64
"""Dimensions of one tensor; torch has none with more."""

_BITS = {
    "F64": 64, "I64": 64, "U64": 64, "C64": 64, "F32": 32, "I32": 32, "U32": 32, "F16": 16, "BF16": 16,
    "I16": 16, "U16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "I8": 8, "U8": 8, "BOOL": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """The tensors of one file."""

    elements: int
    """Numbers in all tensors."""
    names: frozenset[str]
    dtypes: frozenset[str]
    head_elements: int = 0
    """Numbers in the output embedding, 0 when the file has none."""


def read_header(path: Path) -> Header:
    """The header of one file; raises BadModel when it is damaged, cut short or claims what cannot be."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > min(LARGEST_HEADER, size - 8):
                raise _damaged(path, "its header is cut short")
            tensors = json.loads(file.read(length))
    except OSError as error:
        raise BadModel(f"{one_line(path.name)} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its header is not JSON") from error
    if not isinstance(tensors, dict):
        raise _damaged(path, "its header is not a table of tensors")
    tensors.pop("__metadata__", None)
    counts = {name: _elements(path, entry, size - 8 - length) for name, entry in tensors.items()}
    head = sum(count for name, count in counts.items() if name.endswith("lm_head.weight"))
    dtypes = frozenset(entry["dtype"] for entry in tensors.values())
    return Header(sum(counts.values()), frozenset(counts), dtypes, head)


def _elements(path: Path, entry: object, data: int) -> int:
    """Numbers in one tensor of a file with `data` bytes behind its header."""
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [int(begin), int(end)]} if (
            dtype in _BITS
            and len(shape) <= MOST_SIDES
            and all(type(side) is int and 0 <= side <= data * 8 for side in shape)
        ):
            count = math.prod(shape)
        case _:
            raise _damaged(path, "a tensor has no usable type, shape or place")
    if not 0 <= begin <= end:
        raise _damaged(path, "a tensor's place is impossible")
    if end > data:
        raise _damaged(path, "it is cut short")
    if (count * _BITS[dtype] + 7) // 8 != end - begin:
        raise _damaged(path, "a tensor's shape and size disagree")
    return count


def _damaged(path: Path, what: str) -> BadModel:
    return BadModel(f"{one_line(path.name)} is damaged: {what}", "Download the model again.")
