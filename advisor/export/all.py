"""All targets, and writing them into a folder without losing what is there."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from advisor.case import Case
from advisor.errors import BadInput
from advisor.export import (
    accelerate,
    advisor_toml,
    axolotl,
    deepspeed,
    llamafactory,
    mlx,
    sagemaker,
    skypilot,
    slurm,
    trackers,
    trl,
    unsloth,
    vertex,
)
from advisor.export.run_md import run_md
from advisor.export.target import CONVERSATIONS, DATA, Target, TextFile
from advisor.export.tune import tune_of
from advisor.files import private_folder, write_atomic
from advisor.text import one_line

_TARGETS = (
    advisor_toml.TARGET,
    trl.TARGET,
    axolotl.TARGET,
    llamafactory.TARGET,
    unsloth.TARGET,
    mlx.TARGET,
    accelerate.TARGET,
    deepspeed.TARGET,
    skypilot.TARGET,
    slurm.TARGET,
    sagemaker.TARGET,
    vertex.TARGET,
    trackers.TARGET,
)
_PATTERNS = ("*", "?", "[", "]", "::", "\n", "\r")
"""What the datasets library reads as a pattern, or splits at, wherever it stands in a path."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an export did."""

    files: tuple[Path, ...]
    kept: tuple[Path, ...]
    """Older files that would have been overwritten, under their new names."""


def targets() -> tuple[Target, ...]:
    """Every target, in the order in which they are shown."""
    return _TARGETS


def chosen(names: Iterable[str]) -> tuple[Target, ...]:
    """The named targets with those that they need, in the order shown; all when none is named.

    Raises BadInput for a name that no target has, with the nearest one.
    """
    wanted = set(names) or {each.name for each in _TARGETS}
    known = {each.name: each for each in _TARGETS}
    for name in sorted(wanted - known.keys()):
        near = get_close_matches(name, known, 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise BadInput(f"No export is called {one_line(name, 40)}", f"{hint}There are: {', '.join(known)}.")
    wanted |= {need for name in wanted for need in known[name].needs}
    return tuple(each for each in _TARGETS if each.name in wanted)


def preview(case: Case, folder: Path, names: Iterable[str] = ()) -> tuple[TextFile, ...]:
    """Every text file of an export into `folder`, as it would be written; raises BadInput without a plan."""
    tune, selected = tune_of(case), chosen(names)
    written = [file for target in selected for file in target.files(case, tune)]
    return (*written, run_md(case, tune, folder.absolute(), selected))


def write(case: Case, folder: Path, names: Iterable[str] = ()) -> Written:
    """Write the text files of the named targets into `folder`; a file that differs is kept under a new name.

    Raises BadInput when there is no plan or the folder cannot be used, NoSpace when the disk is full.
    """
    files = preview(case, folder, names)
    check_folder(folder)
    return put_files(files, folder)


def put_files(files: tuple[TextFile, ...], folder: Path) -> Written:
    """Write files into `folder`, created when missing; a file that differs is kept under a new name.

    Raises BadInput when the folder cannot be used, NoSpace when the disk is full.
    """
    kept = []
    try:
        for file in files:
            place = folder / file.path
            private_folder(place.parent)
            old = _put_aside(place, file.text)
            kept += [old] if old else []
            write_atomic(place, file.text)
    except OSError as error:
        raise _unusable(folder, error) from error
    return Written(tuple(folder / file.path for file in files), tuple(kept))


def row_files(folder: Path) -> tuple[Path, ...]:
    """The converted rows of the export in `folder`."""
    return tuple(sorted(path for part in (DATA, CONVERSATIONS) for path in (folder / part).glob("*.jsonl")))


def check_folder(folder: Path) -> None:
    """Create the export's folder; raises BadInput when trainers could not read it or we not write it."""
    if any(each in str(folder.absolute()) for each in _PATTERNS):
        raise BadInput(
            f"Trainers cannot read rows from {one_line(str(folder))}: "
            "its path holds one of * ? [ ] :: or a line break",
            "Choose another folder with --to.",
        )
    try:
        private_folder(folder)
    except OSError as error:
        raise _unusable(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"The folder {one_line(str(folder))} is not writable", "Choose another with --to.")


def _put_aside(place: Path, text: str) -> Path | None:
    """Give a file that differs from `text` a second name, under which it stays; None where none has to.

    Its own name is free for `text` to replace it at once: at no moment is neither there.
    """
    if not os.path.lexists(place):
        return None
    if place.is_file() and not place.is_symlink() and place.read_bytes() == text.encode("utf-8"):
        return None
    number = 1
    while os.path.lexists(aside := place.with_name(f"{place.name}.bak{number}")):
        if place.is_file() and aside.is_file() and place.samefile(aside):
            return aside
        number += 1
    if not place.is_file() or place.is_symlink():
        place.rename(aside)
        return aside
    try:
        os.link(place, aside)
    except OSError:
        # A file system without second names.
        place.rename(aside)
    return aside


def _unusable(folder: Path, error: OSError) -> BadInput:
    reason = one_line(error.strerror or str(error))
    return BadInput(
        f"Nothing can be written into {one_line(str(folder))}: {reason}", "Choose another folder with --to."
    )
