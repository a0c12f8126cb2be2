"""Checkpoints that are whole or not there: written beside, synced, renamed, and marked complete last."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from safetensors import SafetensorError

from advisor.events import Note
from advisor.files import private_folder, sync_folder, write_atomic
from advisor.work.emit import Emitter
from advisor.work.pilot.saving import is_full
from advisor.work.pilot.settings import pilot_settings

MARK = "DONE.json"
STEP = "step-"
WRITING = "writing"


class Checkpoints:
    """The checkpoints of one training run."""

    def __init__(self, folder: Path, emitter: Emitter) -> None:
        self.folder = private_folder(folder)
        self.writing = folder / WRITING
        """Where the trainer puts a checkpoint before it counts."""
        self._emitter = emitter
        self._last = time.monotonic()
        self._cost = 0.0
        self._off = False

    def due(self) -> bool:
        """True when enough time has passed for one more to be worth its cost."""
        settings = pilot_settings().checkpoint
        pause = max(settings.seconds, self._cost / settings.cost_share)
        return not self._off and time.monotonic() - self._last >= pause

    def newest(self) -> Path | None:
        """The newest complete checkpoint."""
        return next((each for each in self._by_step() if is_complete(each)), None)

    def require_space(self, state_bytes: int) -> None:
        """Do without checkpoints, and say so, where the disk has no room for them."""
        settings = pilot_settings().checkpoint
        need = int(state_bytes * (settings.kept + 1) * settings.space_factor)
        free = shutil.disk_usage(self.folder).free
        if free < need:
            self._give_up(f"needs {need / 2**20:,.0f} MiB, {free / 2**20:,.0f} MiB are free")

    def save(self, step: int, write: Callable[[], None], extra: dict[str, object]) -> None:
        """Let `write` fill the folder `writing`, add `extra`, and make it a checkpoint.

        A full disk loses only this checkpoint and those after it.
        """
        began = time.monotonic()
        shutil.rmtree(self.writing, ignore_errors=True)
        try:
            write()
            (written,) = self.writing.glob("checkpoint-*")
            (written / "pilot.json").write_text(json.dumps(extra), encoding="utf-8")
            seal(written, self.folder / f"{STEP}{step}")
        except (OSError, RuntimeError, SafetensorError) as error:
            if not is_full(error):
                raise
            self._give_up("the disk is full")
        finally:
            shutil.rmtree(self.writing, ignore_errors=True)
        self._last = time.monotonic()
        self._cost = self._last - began
        self._prune()

    def clear(self) -> None:
        """Remove all of them: the run has ended and its results are kept elsewhere."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _give_up(self, why: str) -> None:
        self._off = True
        text = f"No checkpoints for this run: {why}. After a kill it begins again"
        self._emitter.emit(Note(text=text, level="warning"))

    def _by_step(self) -> list[Path]:
        found = [each for each in self.folder.glob(f"{STEP}*") if each.name[len(STEP) :].isdigit()]
        return sorted(found, key=lambda each: int(each.name[len(STEP) :]), reverse=True)

    def _prune(self) -> None:
        """Keep the newest complete ones; what lies between or is incomplete goes."""
        complete = [each for each in self._by_step() if (each / MARK).exists()]
        kept = complete[: pilot_settings().checkpoint.kept]
        for each in self._by_step():
            if each not in kept:
                shutil.rmtree(each, ignore_errors=True)


def seal(written: Path, final: Path) -> None:
    """Make a written folder durable under its final name, then mark it complete with sizes and hashes.

    A complete one of that name stays: the same step again has nothing new, and taking it away first
    would risk it.
    """
    if is_complete(final):
        return
    marks = {}
    for path in sorted(each for each in written.rglob("*") if each.is_file()):
        marks[str(path.relative_to(written))] = {"size": path.stat().st_size, "sha256": _sha256(path)}
        _sync(path)
    for each in (written, *(path for path in written.rglob("*") if path.is_dir())):
        sync_folder(each)
    shutil.rmtree(final, ignore_errors=True)
    os.replace(written, final)
    sync_folder(final.parent)
    write_atomic(final / MARK, json.dumps(marks))


def is_complete(folder: Path) -> bool:
    """True when every file has the size and hash that the mark names."""
    try:
        marks = json.loads((folder / MARK).read_text(encoding="utf-8"))
        return all(
            (folder / name).stat().st_size == mark["size"] and _sha256(folder / name) == mark["sha256"]
            for name, mark in marks.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
