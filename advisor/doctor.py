"""What this installation can do, and the exact command that adds what is missing."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

import psutil
from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import Requirement

from advisor.cases import cases_home
from advisor.glyphs import draws_unicode
from advisor.models.hub_cache import cache_folder, offline_by
from advisor.numbers import size

State = Literal["ok", "missing", "note"]
_PYTHON = (3, 11)
_FEATURES = {
    "bitsandbytes": "QLoRA: tuning a model in 4 bits",
    "wandb": "metrics to Weights & Biases",
}
_LEAST_DISK, _LEAST_MEMORY = 5 << 30, 2 << 30


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was looked at."""

    state: State
    what: str
    needed_for: str = ""
    do: str = ""


def examine(environment: Mapping[str, str] = os.environ) -> tuple[Remark, ...]:
    """Python, packages, device, folders, Hub, terminal; imports no model library."""
    parts: tuple[Callable[[], Iterator[Remark]], ...] = (
        _python,
        _packages,
        _device,
        _folders,
        lambda: _hub(environment),
        lambda: _terminal(environment),
    )
    return tuple(remark for part in parts for remark in part())


def _python() -> Iterator[Remark]:
    have = sys.version_info[:3]
    words = f"Python {'.'.join(map(str, have))}"
    if have >= _PYTHON:
        yield Remark("ok", words)
    else:
        yield Remark(
            "missing", words, "everything", f"Install Python {'.'.join(map(str, _PYTHON))} or newer."
        )


def _packages() -> Iterator[Remark]:
    """Packages that the program declares: those it always needs, and those of one feature."""
    try:
        declared = requires("finetune-advisor") or []
    except PackageNotFoundError:
        yield Remark("note", "finetune-advisor is not installed as a package", "checking its packages")
        return
    good = 0
    for wanted in map(Requirement, declared):
        feature = _FEATURES.get(wanted.name, "")
        if not feature and not _always(wanted):
            continue
        remark = _package(wanted, feature or "everything")
        if remark.state == "ok" and not feature:
            good += 1
        else:
            yield remark
    yield Remark("ok", f"{good} packages that are always needed")


def _always(wanted: Requirement) -> bool:
    try:
        return wanted.marker is None or wanted.marker.evaluate({"extra": ""})
    except UndefinedEnvironmentName:
        return False


def _package(wanted: Requirement, needed_for: str) -> Remark:
    install = shlex.join([sys.executable, "-m", "pip", "install", f"{wanted.name}{wanted.specifier}"])
    try:
        have = version(wanted.name)
    except PackageNotFoundError:
        return Remark("missing", wanted.name, needed_for, install)
    if not wanted.specifier.contains(have, prereleases=True):
        return Remark("missing", f"{wanted.name} {have}, not {wanted.specifier}", needed_for, install)
    return Remark("ok", f"{wanted.name} {have}", needed_for)


def _device(driver: Path = Path("/proc/driver/nvidia/version")) -> Iterator[Remark]:
    """Whether torch was built for the GPU that the system shows; the probe measures what it can do."""
    try:
        torch = version("torch")
    except PackageNotFoundError:
        return
    nvidia = driver.exists() or shutil.which("nvidia-smi") is not None
    amd = Path("/sys/module/amdgpu").exists() and Path("/dev/kfd").exists()
    built_for_cpu = "+cpu" in torch
    if nvidia and built_for_cpu:
        do = "Install torch's CUDA build; its site's “Get started” names the command for this system."
        yield Remark("missing", f"torch {torch} cannot use the NVIDIA GPU", "training on the GPU", do)
    elif amd and "rocm" not in torch:
        do = "Install torch's ROCm build; its site's “Get started” names the command for this system."
        yield Remark("missing", f"torch {torch} cannot use the AMD GPU", "training on the GPU", do)
    else:
        yield Remark("ok", f"torch {torch}", "", "" if nvidia or amd else "No GPU is seen; the CPU trains.")


def _folders() -> Iterator[Remark]:
    home = cases_home()
    there = next(each for each in (home, *home.parents) if each.exists())
    if not os.access(there, os.W_OK):
        do = "Name a folder that can be written to: export ADVISOR_HOME=/some/folder"
        yield Remark("missing", f"{home} cannot be written to", "keeping cases", do)
        return
    free = shutil.disk_usage(there).free
    state: State = "ok" if free >= _LEAST_DISK else "note"
    do = (
        "" if state == "ok" else "Pilots need room for checkpoints: free some, or set ADVISOR_HOME elsewhere."
    )
    yield Remark(state, f"cases in {home}, {size(free)} free", "", do)
    memory = psutil.virtual_memory()
    if memory.total < _LEAST_MEMORY:
        yield Remark("note", f"{size(memory.total)} of memory", "", "Only the smallest models can be tuned.")


def _hub(environment: Mapping[str, str]) -> Iterator[Remark]:
    cache = cache_folder()
    offline = offline_by(environment)
    token = environment.get("HF_TOKEN") or (cache.parent / "token").exists()
    words = f"Hub models are kept in {cache}"
    yield Remark("ok", f"{words}; offline by HF_HUB_OFFLINE" if offline else words)
    if not token and not offline:
        yield Remark("note", "no Hub token", "gated models", "hf auth login")


def _terminal(environment: Mapping[str, str]) -> Iterator[Remark]:
    if not draws_unicode(environment):
        do = "Set a UTF-8 locale, such as: export LC_ALL=C.UTF-8"
        yield Remark("note", "the locale lacks UTF-8: screens are drawn in ASCII", "lines and curves", do)
    if environment.get("TERM", "dumb") == "dumb":
        yield Remark(
            "note", "TERM names no terminal", "the terminal program", "Use the commands: advisor --help"
        )
