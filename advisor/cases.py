"""Where cases live, and which of them are recent."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from advisor.case import CASE_FILE, Case, new_case, save
from advisor.errors import BadCase
from advisor.files import cannot_be_written_to, private_folder
from advisor.text import slug


@dataclass(frozen=True, slots=True)
class Recent:
    """One case on the list of recent ones."""

    folder: Path
    changed: float
    """Seconds since the epoch."""


def cases_home() -> Path:
    """Folder of all cases: $ADVISOR_HOME/cases, else the user's data folder."""
    home = os.environ.get("ADVISOR_HOME")
    root = Path(home) if home else Path(platformdirs.user_data_dir("finetune-advisor", appauthor=False))
    return root / "cases"


def recent(limit: int = 20) -> list[Recent]:
    """Cases in the home folder, newest change first."""
    home = cases_home()
    if not home.is_dir():
        return []
    files = [folder / CASE_FILE for folder in home.iterdir()]
    found = [Recent(file.parent, file.stat().st_mtime) for file in files if file.is_file()]
    return sorted(found, key=lambda each: each.changed, reverse=True)[:limit]


def newest() -> Path:
    """Folder of the case that changed last; raises BadCase when there is none."""
    cases = recent(1)
    if not cases:
        raise BadCase("There is no case yet", "Begin with: advisor run FILE")
    return cases[0].folder


def found_or_made(folder: Path | None, name: str) -> Path:
    """Folder of the case in `folder`, or of a new one there; without one, of a new one in the home folder.

    Raises BadInput where that cannot be written to, NoSpace when the disk is full.
    """
    try:
        if folder is not None and (folder / CASE_FILE).is_file():
            return folder
        case = new_case(folder if folder is not None else _free_folder(slug(name)), name)
        save(case)
    except OSError as error:
        raise cannot_be_written_to(cases_home() if folder is None else folder, error) from error
    return case.folder


def duplicate(case: Case) -> Case:
    """A copy of the case with all its runs in a new folder beside the others; raises NoSpace or OSError."""
    name = f"{case.name} copy"
    folder = _free_folder(slug(name))
    try:
        shutil.copytree(case.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("lock", ".*.tmp"))
        copy = case.but(name=name, folder=folder)
        save(copy)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return copy


def _free_folder(name: str) -> Path:
    home = private_folder(cases_home())
    number = 1
    while (home / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return home / (name if number == 1 else f"{name}-{number}")
