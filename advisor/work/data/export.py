"""The export job: converted train, validation and test rows as files that the exported recipes read."""

import errno
import filecmp
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import orjson

from advisor.errors import BadData, NoSpace
from advisor.events import FileWritten, Note
from advisor.files import sync_folder
from advisor.specs import ExportTask, JobSpec
from advisor.text import one_line
from advisor.work.data.examples import Example
from advisor.work.data.load import load
from advisor.work.data.profile import load_eval
from advisor.work.data.progress import Progress
from advisor.work.data.render import conversation_row, training_row
from advisor.work.data.split import split
from advisor.work.emit import Emitter

Shape = Callable[[Example], dict[str, object]]
"""How a row is written."""


def export(spec: JobSpec, emitter: Emitter) -> None:
    """Write one file for each part of the split; raises BadData when there is no row to write."""
    task = spec.task
    assert isinstance(task, ExportTask)
    loaded = load(task.data, emitter)
    if not loaded.examples:
        raise BadData(f"{one_line(task.data.path.name, 60)} has no usable row", "Look at the Data step.")
    held = load_eval(task.data, emitter)
    splits = split(loaded.examples, held.examples if held else None)
    shapes: list[tuple[Path, Shape]] = [(task.target, lambda each: training_row(each, task.recipe.template))]
    if task.conversations is not None:
        shapes.append((task.conversations, conversation_row))
    parts = (("train", splits.train), ("validation", splits.validation), ("test", splits.test))
    progress = Progress(emitter, "writing", len(shapes) * sum(len(rows) for _, rows in parts), "rows")
    written = 0
    for folder, shape in shapes:
        folder.mkdir(parents=True, exist_ok=True)
        for role, rows in parts:
            path = folder / f"{role}.jsonl"
            kept = write_rows(path, rows, shape, progress, written)
            if kept is not None:
                emitter.emit(Note(text=f"older rows are kept as {kept}"))
            written += len(rows)
            emitter.emit(FileWritten(path=str(path), rows=len(rows), role=role))


def write_rows(
    path: Path, rows: tuple[Example, ...], shape: Shape, progress: Progress, before: int = 0
) -> Path | None:
    """Replace `path` by the rows, one JSON object per line, written as a stream; raises NoSpace.

    Returns where the file that stood there is kept, None where it said the same or there was none.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            for count, each in enumerate(rows):
                file.write(orjson.dumps(shape(each)) + b"\n")
                progress.at(before + count + 1)
            file.flush()
            os.fsync(file.fileno())
        kept = _put_aside(path, Path(temporary))
        os.replace(temporary, path)
        sync_folder(path.parent)
        return kept
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(
                f"No space left to write {path.name}", "Free some disk space, or choose another folder."
            ) from error
        raise
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _put_aside(path: Path, new: Path) -> Path | None:
    """Keep a file of other rows in a folder beside its own, where no trainer reads it as more rows."""
    if not path.is_file() or filecmp.cmp(path, new, shallow=False):
        return None
    number = 1
    while os.path.lexists(aside := path.parent.with_name(f"{path.parent.name}.bak{number}") / path.name):
        number += 1
    aside.parent.mkdir(exist_ok=True)
    try:
        os.link(path, aside)
    except OSError:
        # A file system without second names.
        path.rename(aside)
    return aside
