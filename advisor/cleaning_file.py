"""cleaning.toml: the fixes of a cleaning with their parameters, for the next version of the same file."""

from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from advisor.errors import BadInput
from advisor.fixes import checked_names, fixes
from advisor.preset_errors import faults_of
from advisor.text import one_line
from advisor.toml_text import tables_in, toml_of
from heuristics.facts.cleaning import NEAR_SIMILARITY, Cleaning, Spelling
from heuristics.facts.data import Columns

VERSION = 1
PLAN_FILE = "cleaning.toml"
CHANGES_FILE = "changes.jsonl"
_MOST = 100_000_000


class _Spelling(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = ""
    written: str
    becomes: str


class _Columns(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str | None = None
    context: str | None = None
    answer: str | None = None
    label: str | None = None
    text: str | None = None
    messages: str | None = None
    system: str | None = None


class CleaningFile(BaseModel):
    """Everything that the file may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(default=VERSION, ge=1)
    source: str = ""
    """Name of the file that the plan was made on: told, never opened."""
    sha256: str = ""
    fixes: tuple[str, ...]
    near_similarity: float = Field(default=NEAR_SIMILARITY, ge=NEAR_SIMILARITY, le=1.0)
    conflicts: str = Field(default="drop", pattern="^(drop|majority)$")
    context: int | None = Field(default=None, ge=1, le=_MOST)
    spellings: tuple[_Spelling, ...] = ()
    marked: tuple[str, ...] = ()
    fix_versions: dict[str, int] = {}
    """Version of each fix when the file was written; told where one has changed since."""
    columns: _Columns | None = None
    """Which column is what, where the user said so: without it some fixes find other rows."""


class CleaningPlan(NamedTuple):
    """What a cleaning.toml says."""

    cleaning: Cleaning
    moved: tuple[str, ...]
    """Fixes that treat rows differently since it was written."""
    columns: Columns | None
    """The user's column mapping, None when the columns were found."""


def read_cleaning(path: Path) -> CleaningPlan:
    """Raises BadInput naming every fault of the file."""
    shown = one_line(str(path), 120)
    try:
        raw = tables_in(path)
    except (OSError, ValueError) as error:
        raise BadInput(f"{shown} cannot be read: {one_line(str(error))}", "Name a cleaning.toml.") from error
    version = raw.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise BadInput(f"{shown} was written by a newer version ({version})", "Update this program.")
    try:
        said = CleaningFile.model_validate(raw)
    except ValidationError as error:
        raise BadInput(f"{shown}: {faults_of(error, CleaningFile)}", "Correct the file.") from error
    known = {each.name: each.version for each in fixes()}
    names = checked_names(said.fixes)
    moved = tuple(each for each in names if said.fix_versions.get(each, known[each]) != known[each])
    cleaning = Cleaning(
        fixes=names,
        near_similarity=said.near_similarity,
        conflicts="majority" if said.conflicts == "majority" else "drop",
        context=said.context,
        spellings=tuple(Spelling(each.field, each.written, each.becomes) for each in said.spellings),
        marked=said.marked,
    )
    columns = Columns(**said.columns.model_dump()) if said.columns is not None else None
    return CleaningPlan(cleaning, moved, columns)


def cleaning_toml(
    cleaning: Cleaning, names: tuple[str, ...], source: str, sha256: str, columns: Columns | None = None
) -> str:
    """The file that `read_cleaning` reads back; `names` are the fixes that were done, `columns` is the user's
    mapping."""
    versions = {each.name: each.version for each in fixes() if each.name in names}
    said = CleaningFile(
        source=one_line(source, 200),
        sha256=sha256,
        fixes=names,
        near_similarity=cleaning.near_similarity,
        conflicts=cleaning.conflicts,
        context=cleaning.context,
        spellings=tuple(
            _Spelling(field=each.field, written=each.written, becomes=each.becomes)
            for each in cleaning.spellings
        ),
        marked=cleaning.marked,
        fix_versions=versions,
        columns=_Columns(**asdict(columns)) if columns is not None else None,
    )
    return toml_of(said.model_dump(mode="json", exclude_none=True))
