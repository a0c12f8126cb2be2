"""Whether this process runs in a container or under Windows."""

from collections.abc import Mapping
from pathlib import Path

_WORDS = {
    "kubepods": "kubernetes",
    "docker": "docker",
    "libpod": "podman",
    "lxc": "lxc",
    "containerd": "docker",
}


def container_of(environment: Mapping[str, str], root: Path = Path("/")) -> str | None:
    """The kind: "kubernetes", "docker", "podman", "lxc", "wsl" …, None on a plain machine."""
    version = _text(root / "proc/version").lower()
    if "microsoft" in version or "WSL_DISTRO_NAME" in environment:
        return "wsl"
    if "KUBERNETES_SERVICE_HOST" in environment:
        return "kubernetes"
    if (root / ".dockerenv").exists():
        return "docker"
    if (root / "run/.containerenv").exists():
        return "podman"
    groups = _text(root / "proc/1/cgroup") + _text(root / "proc/self/cgroup")
    for word, name in _WORDS.items():
        if word in groups:
            return name
    named = environment.get("container", "")
    return named if named.isalnum() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
