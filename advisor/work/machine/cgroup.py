"""The limits that a container or a service manager puts on this process, cgroup versions 1 and 2."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path("/sys/fs/cgroup")
UNLIMITED = 1 << 60
"""Version 1 writes a huge number where there is no limit."""


@dataclass(frozen=True, slots=True)
class CgroupLimits:
    """None where there is no limit."""

    processors: float | None = None
    memory: int | None = None
    """Bytes."""
    memory_used: int = 0
    """Bytes in use under that limit, without the file cache that the kernel gives back on demand."""


def cgroup_limits(membership: str, root: Path = ROOT) -> CgroupLimits:
    """The tightest limits on the way from this process's group to the root.

    `membership` is the text of /proc/self/cgroup.
    """
    quotas: list[float] = []
    memories: list[tuple[int, int]] = []
    for line in membership.splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        for folder in _folders(root, controllers, path):
            quotas += _quota(folder)
            memories += _memory(folder)
    memory, used = min(memories, default=(None, 0))
    return CgroupLimits(min(quotas, default=None), memory, used)


def _folders(root: Path, controllers: str, path: str) -> Iterator[Path]:
    """The group's folder and those above it that exist; in a container the path may be the host's."""
    bases = [root / controllers, *(root / each for each in controllers.split(","))] if controllers else []
    for base in bases or [root, root / "unified"]:
        for part in (PurePosixPath(path), *PurePosixPath(path).parents):
            folder = base / str(part).lstrip("/")
            if ".." not in part.parts and folder.is_dir():
                yield folder


def _quota(folder: Path) -> list[float]:
    """Processors allowed by this folder, as no or one number."""
    quota, _, period = _text(folder / "cpu.max").partition(" ")
    if not quota:
        quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
    with suppress(ValueError, ZeroDivisionError):
        if int(quota) > 0:
            return [int(quota) / int(period)]
    return []


def _memory(folder: Path) -> list[tuple[int, int]]:
    """Limit and use in bytes of this folder, as no or one pair."""
    for limit_name, used_name, cache_key in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        with suppress(ValueError):
            limit = int(_text(folder / limit_name))
            if 0 < limit < UNLIMITED:
                used = int(_text(folder / used_name) or 0)
                return [(limit, max(0, used - _stat(folder / "memory.stat", cache_key)))]
    return []


def _stat(path: Path, key: str) -> int:
    for line in _text(path).splitlines():
        name, _, value = line.partition(" ")
        if name == key and value.isdigit():
            return int(value)
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
