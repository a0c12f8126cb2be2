"""Where results are kept that can be computed again: safe to delete at any time."""

import hashlib
import json
import os
from pathlib import Path

import platformdirs

from advisor.files import private_folder, write_atomic


def cache_home() -> Path:
    """Folder of all caches: $ADVISOR_HOME/cache, else the user's cache folder."""
    home = os.environ.get("ADVISOR_HOME")
    if home:
        return Path(home) / "cache"
    return Path(platformdirs.user_cache_dir("finetune-advisor", appauthor=False))


def key_of(*parts: object) -> str:
    """A name for what follows from `parts`, which must be plain JSON."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def kept(kind: str, key: str) -> bytes | None:
    """What was kept under a key, None when it was not or cannot be read."""
    try:
        return (cache_home() / kind / f"{key}.json").read_bytes()
    except OSError:
        return None


def keep(kind: str, key: str, data: bytes) -> None:
    """Keep `data` for later runs; raises NoSpace when the disk is full."""
    folder = private_folder(cache_home() / kind)
    write_atomic(folder / f"{key}.json", data)
