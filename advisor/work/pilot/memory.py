"""The highest memory of a piece of work: what its GPU must give up for it, the resident set on a CPU."""

from contextlib import suppress
from pathlib import Path

import psutil
import torch

from advisor import catalog


class PeakMemory:
    """Highest memory in bytes since it was made or last reset.

    On CUDA that is what the allocator held, used or not, and the context, which it does not count: the same
    that is predicted.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._process = psutil.Process()
        self._context = round(catalog.limits().memory.context)
        self._seen = 0
        self.reset()

    def reset(self) -> None:
        """Begin a new measurement."""
        self._seen = 0
        if self._device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self._device)
            return
        # "5" makes Linux forget the highest resident set; elsewhere `read` relies on being called often.
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")

    def in_use(self) -> int:
        """Bytes that something still refers to; on CUDA without the free memory that the allocator keeps,
        which grows with each longer row though nothing leaks."""
        if self._device.type == "cuda":
            return int(torch.cuda.memory_allocated(self._device))
        return self.now()

    def now(self) -> int:
        """Bytes taken at this moment, of the kind that `read` counts."""
        match self._device.type:
            case "cuda":
                return int(torch.cuda.memory_reserved(self._device)) + self._context
            case "mps":
                return int(torch.mps.driver_allocated_memory())
            case _:
                return int(self._process.memory_info().rss)

    def read(self) -> int:
        """Highest bytes since the last reset."""
        if self._device.type == "cuda":
            return int(torch.cuda.max_memory_reserved(self._device)) + self._context
        self._seen = max(self._seen, self.now())
        if self._device.type == "cpu":
            self._seen = max(self._seen, _resident_peak())
        return self._seen


def is_out_of_memory(error: BaseException) -> bool:
    """True for every way in which torch says that memory ran out."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    words = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in words or "allocate memory" in words)


def free_unused(device: torch.device) -> None:
    """Give back what nothing refers to any more."""
    import gc

    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def pages_read_back() -> int:
    """Pages of this process that were read from disk so far, 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_majflt


def _resident_peak() -> int:
    """VmHWM in bytes, 0 where the system does not tell."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    line = next((each for each in text.splitlines() if each.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) * 1024
