"""Starts train.py where accelerate takes CPU processes for GPUs joined by gloo.

accelerate divides weights among GPUs alone: processes on a CPU would each hold the whole model, whatever
the configuration says. Everything after that choice is its own code, FSDP2's and DeepSpeed's.
"""

import runpy
import sys

import torch
from accelerate.state import PartialState
from accelerate.utils import DistributedType


def _backend(*_: object, **__: object) -> tuple[str, DistributedType]:
    return "gloo", DistributedType.MULTI_GPU


def _place(state: PartialState) -> None:
    state.device = torch.device("cpu")


if __name__ == "__main__":
    PartialState._prepare_backend = _backend
    PartialState.set_device = _place
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
