"""Keeps the tuned adapter; a half-written one never bears its name."""

import errno
import os
import shutil
from pathlib import Path

from safetensors import SafetensorError

from advisor.events import FileWritten, Note
from advisor.files import sync_folder
from advisor.work.pilot.bench import Bench


def tuned_folder(bench: Bench) -> Path:
    """Where the tuned adapter (for full fine-tuning the whole model) is kept."""
    return bench.state / ("model" if bench.recipe.method == "full" else "adapter")


def save_tuned(bench: Bench) -> bool:
    """Write the adapter (for full fine-tuning the whole model) with its tokenizer; True when it is kept.

    A full disk loses the adapter, not the pilot.
    """
    assert bench.tuned is not None
    target = tuned_folder(bench)
    temporary = target.parent / f".{target.name}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        if bench.recipe.method == "full":
            bench.tuned.save_pretrained(temporary)  # type: ignore[operator]
        else:
            # "auto" would ask the Hub whether the vocabulary was changed.
            bench.tuned.save_pretrained(temporary, save_embedding_layers=False)  # type: ignore[operator]
        bench.tokenizer.save_pretrained(temporary)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(temporary, target)
        sync_folder(target.parent)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if not is_full(error):
            raise
        text = "No space left for the tuned adapter: it is not kept, the measurements go on"
        bench.emitter.emit(Note(text=text, level="warning"))
        return False
    bench.emitter.emit(FileWritten(path=str(target), role="adapter"))
    return True


def is_full(error: Exception) -> bool:
    """True for a full disk, also as the safetensors library and torch word it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    words = str(error).lower()
    return any(each in words for each in ("no space left", "disk quota", "unexpected pos"))
