"""Where cases live, and which of them are recent."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from advisor.case import CASE_FILE, Case, new_case, save
from advisor.errors import BadCase, NoSpace
from advisor.files import cannot_be_written_to, private_folder, write_atomic
from advisor.text import slug

_OTHERS = 50
"""Cases outside the home folder that are kept in mind."""


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


def visited(limit: int = 20) -> list[Recent]:
    """Recent cases of the home folder and of all other places, newest change first."""
    found = {each.folder: each for each in recent(limit)}
    for folder in _elsewhere():
        with suppress(OSError):
            found[folder] = Recent(folder, (folder / CASE_FILE).stat().st_mtime)
    return sorted(found.values(), key=lambda each: each.changed, reverse=True)[:limit]


def remember(folder: Path) -> None:
    """Keep in mind where a case outside the home folder lies; without a place to write it is forgotten."""
    folder = folder.absolute()
    if folder.parent == cases_home().absolute() or folder == (cases_home().parent / "machine").absolute():
        return
    known = [folder, *(each for each in _elsewhere() if each != folder)]
    with suppress(OSError, NoSpace, UnicodeEncodeError):
        private_folder(cases_home().parent)
        write_atomic(
            _list_of_others(), "".join(f"{each}\n" for each in known[:_OTHERS] if "\n" not in str(each))
        )


def _list_of_others() -> Path:
    return cases_home().parent / "cases-elsewhere.txt"


def _elsewhere() -> list[Path]:
    try:
        text = _list_of_others().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return [Path(line) for line in text.splitlines()[:_OTHERS] if line]


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
