"""Main memory, as far as this process may use it."""

from advisor.work.machine.cgroup import CgroupLimits
from heuristics.facts.machine import Memory


def memory_of(total: int, available: int, swap: tuple[int, int], limits: CgroupLimits) -> Memory:
    """The host's memory in bytes cut to the container's limit; `swap` is total and used."""
    if limits.memory is None or limits.memory >= total:
        return Memory(total, available, "host", *swap)
    free = max(0, limits.memory - limits.memory_used)
    return Memory(limits.memory, min(available, free), "cgroup", *swap)


def read_memory(limits: CgroupLimits) -> Memory:
    """The memory of this machine now."""
    import psutil

    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    return memory_of(memory.total, memory.available, (swap.total, swap.used), limits)
