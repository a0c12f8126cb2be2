"""Peak memory of a process and all its descendants together."""

import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a command."""

    seconds: float
    processor_seconds: float
    """Of all its processes; hardly depends on what else the machine is doing."""
    peak_bytes: int
    """Largest sum of proportional set sizes: pages that processes share are counted once."""
    output: str


def run_measured(command: Sequence[str], environment: dict[str, str] | None = None) -> Measured:
    """Run a command to its end; raises RuntimeError with the end of its output when it fails."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    peak = [0]
    watch = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watch.start()
    output = process.communicate()[0]
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    watch.join()
    if process.returncode:
        raise RuntimeError(output[-2000:])
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(seconds, processor, peak[0], output)


def _watch(process: "subprocess.Popen[str]", peak: list[int]) -> None:
    try:
        root = psutil.Process(process.pid)
    except psutil.NoSuchProcess:
        return
    while process.poll() is None:
        total = 0
        with suppress(psutil.NoSuchProcess):
            for each in (root, *root.children(recursive=True)):
                total += _proportional_set_size(each)
        peak[0] = max(peak[0], total)
        time.sleep(_PAUSE)


def _proportional_set_size(process: psutil.Process) -> int:
    try:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        with suppress(psutil.Error):
            return int(process.memory_info().rss)
    return 0
