"""What must be settled before torch and datasets are imported: caches, devices, threads."""

import os
from pathlib import Path

import psutil


def settle(folder: Path) -> None:
    """Send the libraries' caches into the run's folder, keep them quiet, and let them see one device."""
    os.environ["HF_DATASETS_CACHE"] = str(folder / "datasets")
    os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    os.environ["TRANSFORMERS_NO_ADVISORY_WARNINGS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    # The trainer refuses several visible devices in one process; a pilot needs one.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")


def use_threads() -> None:
    """Let torch use the cores that are idle, unless the user has set a number.

    Threads wait for each other at every operation: one that has to share its core slows down all of them.
    """
    if "OMP_NUM_THREADS" in os.environ:
        return
    import torch

    torch.set_num_threads(idle_cores(usable_cores(), psutil.getloadavg()[0]))


def idle_cores(cores: int, load: float) -> int:
    """Cores that other work leaves free, at least 1; `load` is the mean number of busy processes."""
    return max(1, cores - int(load))


def usable_cores() -> int:
    """Physical cores within the process's affinity and the container's quota, at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    physical = psutil.cpu_count(logical=False) or allowed
    logical = psutil.cpu_count(logical=True) or allowed
    cores = max(1, allowed * physical // logical)
    return max(1, min(cores, _quota() or cores))


def _quota() -> int | None:
    """Processors that the cgroup grants, rounded up; None when it sets no limit."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else max(1, -(-int(quota) // int(period)))
