"""Options that only the memory command knows."""

import argparse
import math
from collections.abc import Mapping
from typing import get_args

from advisor.cli.asked import MemoryWishes
from advisor.text import one_line
from heuristics.facts.simulation import LossKernel, Number
from heuristics.memory.simulated import OPTIMIZERS


def memory_options(command: argparse.ArgumentParser) -> None:
    """The model and the device of the question, and the parts of a step that no plan chooses."""
    command.add_argument("model", metavar="MODEL", help="a folder with config.json, a Hub id, or demo")
    command.add_argument("--json", action="store_true", dest="as_json", help="one JSON document on stdout")
    command.add_argument("--offline", action="store_true", help="forbid every download")
    group = command.add_argument_group("the device (default: this machine's best one)")
    group.add_argument("--gpu", metavar="NAME", help="a GPU by name, such as 'RTX 4090'")
    group.add_argument("--memory", type=_gib, dest="gib", metavar="GIB", help="its free memory, GiB")
    group = command.add_argument_group("the step (default: what the pilot's trainer does)")
    group.add_argument("--precision", choices=get_args(Number), help="number format of the products")
    group.add_argument("--targets", default="all-linear", help="layers that get an adapter, with commas")
    group.add_argument("--optimizer", choices=tuple(OPTIMIZERS), default="adamw_torch")
    group.add_argument("--loss", choices=get_args(LossKernel), default="trl", help="how the loss is computed")
    group.add_argument("--eager", action="store_true", help="attention without a fused kernel")
    group.add_argument("--packing", action="store_true", help="rows of a micro-batch joined into one")


def memory_wishes(given: Mapping[str, object]) -> MemoryWishes:
    """The wishes among parsed options, defaults where the command has none of them."""
    names = MemoryWishes.__dataclass_fields__
    return MemoryWishes(**{name: given[name] for name in names if name in given})  # type: ignore[arg-type]


def _gib(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{one_line(text, 40)} is not a number") from None
    if not math.isfinite(value) or not 0 <= value <= 1 << 20:
        raise argparse.ArgumentTypeError("must be a number of GiB, 0 or above")
    return value
