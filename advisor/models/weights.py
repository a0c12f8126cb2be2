"""Which weight files a model's folder holds, and whether they can be used safely."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from advisor.errors import BadModel
from advisor.models.safetensors_header import read_header
from advisor.text import one_line

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
LARGEST_INDEX = 64 << 20
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")

_NOT_WEIGHTS = ("training_args", "optimizer", "scheduler", "scaler", "rng_state")
"""What trainers leave beside the weights."""
_FLOATS = frozenset(("F64", "F32", "F16", "BF16"))


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight files of one folder."""

    kind: Literal["safetensors", "pickle", "missing"]
    bytes: int = 0
    parameters: int | None = None
    """Counted in the files; None when they are missing or packed by quantisation."""
    own_head: bool = False
    """True when the files hold an output embedding of their own."""
    head_parameters: int = 0
    problem: str = ""
    """One line, empty when the weights can be loaded."""


def weights_of(folder: Path) -> Weights:
    """The weights in `folder`, headers read, no tensor loaded; damage is told in `problem`."""
    try:
        shards = _shards(folder)
    except BadModel as error:
        return Weights("missing", problem=error.message)
    if not shards:
        return _without_safetensors(folder)
    absent = [name for name in shards if not (folder / name).is_file()]
    if absent:
        more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
        return Weights("missing", problem=f"the weight file {one_line(absent[0], 60)}{more} is missing")
    try:
        headers = [read_header(folder / name) for name in shards]
    except BadModel as error:
        return Weights("missing", problem=error.message)
    size = sum((folder / name).stat().st_size for name in shards)
    plain_floats = all(header.dtypes <= _FLOATS for header in headers)
    return Weights(
        "safetensors",
        size,
        sum(header.elements for header in headers) if plain_floats else None,
        any(header.head_elements for header in headers),
        sum(header.head_elements for header in headers),
    )


def _shards(folder: Path) -> list[str]:
    """Names of the safetensors files that make up the model; raises BadModel for an index that lies."""
    if (folder / SINGLE).is_file():
        return [SINGLE]
    index = folder / INDEX
    if not index.is_file():
        # A file cut off from its index, or one saved under another name, is not what transformers loads.
        return []
    try:
        if index.stat().st_size > LARGEST_INDEX:
            raise ValueError
        files = set(json.loads(index.read_bytes())["weight_map"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadModel(f"{INDEX} is damaged") from error
    for name in files:
        if not isinstance(name, str) or Path(name).name != name or name in ("", ".", "..") or "\\" in name:
            raise BadModel(f"{INDEX} points outside of the model's folder: {one_line(str(name), 60)}")
    return sorted(files)


def _without_safetensors(folder: Path) -> Weights:
    pickles = [
        each
        for each in folder.iterdir()
        if each.suffix in PICKLES and not each.name.startswith(_NOT_WEIGHTS) and each.is_file()
    ]
    if pickles:
        size = sum(each.stat().st_size for each in pickles)
        return Weights("pickle", size, problem="only pickle weights: refused, loading them can run any code")
    if any(each.suffix == ".gguf" for each in folder.iterdir()):
        return Weights("missing", problem="only GGUF weights, which are made for inference, not for training")
    return Weights("missing", problem="no weights (model.safetensors) in its folder")
