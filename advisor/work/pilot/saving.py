"""Keeps the tuned adapter; a half-written one never bears its name."""

import errno
import os
import shutil

from safetensors import SafetensorError

from advisor.events import FileWritten, Note
from advisor.files import sync_folder
from advisor.work.pilot.bench import Bench


def save_tuned(bench: Bench) -> None:
    """Write the adapter (for full fine-tuning the whole model) with its tokenizer into the run's folder.

    A full disk loses the adapter, not the pilot.
    """
    assert bench.tuned is not None
    target = bench.folder / ("model" if bench.recipe.method == "full" else "adapter")
    temporary = bench.folder / f".{target.name}.tmp"
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
        sync_folder(bench.folder)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if not _is_full(error):
            raise
        text = "No space left for the tuned adapter: it is not kept, the measurements go on"
        bench.emitter.emit(Note(text=text, level="warning"))
        return
    bench.emitter.emit(FileWritten(path=str(target), role="adapter"))


def _is_full(error: OSError | SafetensorError) -> bool:
    """True for a full disk, also as the safetensors library words it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return "no space left" in str(error).lower() or "disk quota" in str(error).lower()
