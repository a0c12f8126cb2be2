"""The local Hub cache, read by hand: which models are in it, and in which folder."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")
HUB_PREFIX = "hf:"
"""Begins the name of a data set on the Hub, hf:owner/name."""
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def is_hub_id(text: str) -> bool:
    """True for text in the form of a Hub id, `owner/name` or one bare name."""
    return bool(HUB_ID.fullmatch(text)) and ".." not in text and "--" not in text


def on_hub(path: Path) -> bool:
    """True for the name of a data set on the Hub, which no folder may be put before."""
    return str(path).startswith(HUB_PREFIX)


def offline_by(environment: Mapping[str, str]) -> bool:
    """True when the user's environment forbids the Hub, by the words that the Hub libraries understand."""
    return environment.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def cache_folder() -> Path:
    """Where the Hub libraries keep models, by the same environment variables that they honour."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if value := os.environ.get(name):
            return Path(value).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or f"{cache}/huggingface"
    return Path(home).expanduser() / "hub"


def snapshot_of(model_id: str, cache: Path) -> Path | None:
    """The folder of the newest known files of a model, None when the cache has none."""
    repository = cache / f"models--{model_id.replace('/', '--')}"
    try:
        commit = (repository / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        commit = ""
    if _COMMIT.fullmatch(commit) and (repository / "snapshots" / commit).is_dir():
        return repository / "snapshots" / commit
    try:
        folders = [each for each in (repository / "snapshots").iterdir() if each.is_dir()]
        return max(folders, key=lambda each: each.stat().st_mtime, default=None)
    except OSError:
        return None


def cached_snapshots(cache: Path) -> Iterator[tuple[str, Path]]:
    """Id and folder of each model in the cache, in order of id."""
    try:
        names = sorted(each.name for each in cache.iterdir() if each.name.startswith("models--"))
    except OSError:
        return
    for name in names:
        model_id = name.removeprefix("models--").replace("--", "/")
        snapshot = snapshot_of(model_id, cache) if is_hub_id(model_id) else None
        if snapshot is not None:
            yield model_id, snapshot
