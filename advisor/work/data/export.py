"""The export job: converted train, validation and test rows as files that the exported recipes read."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import orjson

from advisor.errors import BadData, NoSpace
from advisor.events import FileWritten
from advisor.files import sync_folder
from advisor.specs import ExportTask, JobSpec
from advisor.text import one_line
from advisor.work.data.examples import Example
from advisor.work.data.load import load
from advisor.work.data.profile import load_eval
from advisor.work.data.progress import Progress
from advisor.work.data.render import Template, training_row
from advisor.work.data.split import split
from advisor.work.emit import Emitter


def export(spec: JobSpec, emitter: Emitter) -> None:
    """Write one file for each part of the split; raises BadData when there is no row to write."""
    task = spec.task
    assert isinstance(task, ExportTask)
    loaded = load(task.data, emitter)
    if not loaded.examples:
        raise BadData(f"{one_line(task.data.path.name, 60)} has no usable row", "Look at the Data step.")
    held = load_eval(task.data, emitter)
    splits = split(loaded.examples, held.examples if held else None)
    task.target.mkdir(parents=True, exist_ok=True)
    progress = Progress(
        emitter, "writing", len(splits.train) + len(splits.validation) + len(splits.test), "rows"
    )
    written = 0
    for role, rows in (("train", splits.train), ("validation", splits.validation), ("test", splits.test)):
        path = task.target / f"{role}.jsonl"
        write_rows(path, rows, task.recipe.template, progress, written)
        written += len(rows)
        emitter.emit(FileWritten(path=str(path), rows=len(rows), role=role))


def write_rows(
    path: Path, rows: tuple[Example, ...], template: Template, progress: Progress, before: int = 0
) -> None:
    """Replace `path` by the rows, one JSON object per line, written as a stream; raises NoSpace."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            for count, each in enumerate(rows):
                file.write(orjson.dumps(training_row(each, template)) + b"\n")
                progress.at(before + count + 1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(
                f"No space left to write {path.name}", "Free some disk space, or choose another folder."
            ) from error
        raise
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
