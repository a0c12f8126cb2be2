"""Peak memory of a process and all its descendants together."""

import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PAUSE = 0.05
_SET_CHILD_SUBREAPER = 36
"""Of `prctl` (linux/prctl.h)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a command."""

    seconds: float
    processor_seconds: float
    """Of all its processes; hardly depends on what else the machine is doing."""
    peak_bytes: int
    """Largest sum of proportional set sizes: pages that processes share are counted once."""
    peak_held_bytes: int
    """Largest sum of what belongs to no file. Pages of mapped files are the rest: the system drops those when
    it needs room, as their content lies on disk."""
    output: str


def run_measured(command: Sequence[str], environment: dict[str, str] | None = None) -> Measured:
    """Run a command to its end; raises RuntimeError with the end of its output when it fails."""
    _adopt_orphans()
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    peak = _Peak()
    watch = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watch.start()
    output = process.communicate()[0]
    seconds = time.perf_counter() - began
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    watch.join()
    if process.returncode:
        raise RuntimeError(output[-2000:])
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(seconds, processor, peak.whole, peak.held, output)


def _adopt_orphans() -> None:
    """Let processes whose parent ended become children of this one, so that their time is counted (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass(slots=True)
class _Peak:
    whole: int = 0
    held: int = 0


def _watch(process: "subprocess.Popen[str]", peak: _Peak) -> None:
    try:
        root = psutil.Process(process.pid)
    except psutil.NoSuchProcess:
        return
    while process.poll() is None:
        whole = held = 0
        with suppress(psutil.NoSuchProcess):
            for each in (root, *root.children(recursive=True)):
                its_whole, its_held = _proportional_set_sizes(each)
                whole, held = whole + its_whole, held + its_held
        peak.whole, peak.held = max(peak.whole, whole), max(peak.held, held)
        time.sleep(_PAUSE)


def _proportional_set_sizes(process: psutil.Process) -> tuple[int, int]:
    """Bytes of one process: of everything, and of what belongs to no file."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        with suppress(psutil.Error):
            whole = int(process.memory_info().rss)
            return whole, whole
        return 0, 0
    sizes = {
        name: int(size.split()[0]) * 1024 for name, _, size in (each.partition(":") for each in lines[1:])
    }
    return sizes.get("Pss", 0), sizes.get("Pss_Anon", sizes.get("Pss", 0)) + sizes.get("Pss_Shmem", 0)
