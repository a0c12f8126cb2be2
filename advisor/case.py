"""The case: one question under study, as one frozen value and one file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from advisor.bounds import out_of_range
from advisor.errors import BadCase
from advisor.files import private_folder, write_atomic
from advisor.pilot_options import PilotOptions
from advisor.seal import sealed
from advisor.small_text import small_text
from advisor.text import one_line
from advisor.toml_text import LARGEST, tables_of, toml_of
from heuristics.facts.cleaning import Cleaning, CleaningFacts
from heuristics.facts.data import Columns, DataFacts
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import PilotFacts
from heuristics.goal import Goal, Topic
from heuristics.planning.knobs import Knobs
from heuristics.planning.recipe import Plan
from heuristics.verdict.decision import Verdict

VERSION = 1
CASE_FILE = "case.toml"


class Case(BaseModel):
    """Goal, facts, plan, evidence and verdict of one question; None where not known yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = VERSION
    name: str
    created: str
    """ISO 8601 time in UTC."""
    data_path: str | None = None
    data_more: tuple[str, ...] = ()
    """Further files whose rows follow."""
    eval_path: str | None = None
    columns: Columns | None = None
    """Set when the user mapped the columns by hand."""
    topic: Topic | None = None
    """What the user said that the rows should be about."""
    model_choice: str | None = None
    """The model that the user named; None lets the plan choose."""
    goal: Goal = Goal()
    goal_confirmed: bool = False
    """False while the goal is only what the data suggests."""
    knobs: Knobs = Knobs()
    machine: MachineFacts | None = None
    data: DataFacts | None = None
    data_run: str | None = None
    """Name of the folder under runs/ that holds the lines of every finding."""
    cleaning: Cleaning = Cleaning()
    """The fixes that the user ticked."""
    cleaning_seen: CleaningFacts | None = None
    """What each fix would do to the data, as the newest preview counted it."""
    cleaned: CleaningFacts | None = None
    """What the newest cleaning did; its copy may be the case's data by now."""
    model: ModelFacts | None = None
    """The model that the plan is for."""
    pilot_choice: str | None = None
    """A smaller model that the user named for the pilot; None lets the pilot train the plan's."""
    pilot_model: ModelFacts | None = None
    """That smaller model."""
    plan: Plan | None = None
    options: PilotOptions = PilotOptions()
    pilot: PilotFacts | None = None
    pilot_run: str | None = None
    """Name of the newest pilot's folder under runs/."""
    verdict: Verdict | None = None
    exported: tuple[str, ...] = ()
    """Files written by the last export."""
    folder: Path = Field(default=Path(), exclude=True)
    """Where the case lives; never part of the file."""

    lost: tuple[str, ...] = Field(default=(), exclude=True)
    """What damage has taken since the case was last saved, in words; never part of the file."""

    @property
    def data_files(self) -> tuple[str, ...]:
        """Every data file of the case; none while no file is chosen."""
        return () if self.data_path is None else (self.data_path, *self.data_more)

    @property
    def runs(self) -> Path:
        """Folder of all runs of this case."""
        return self.folder / "runs"

    def but(self, **changes: object) -> Self:
        """The same case with some fields changed."""
        return self.model_copy(update=changes)

    def to_toml(self) -> str:
        """The case as TOML that `case_of_toml` reads back to an equal value."""
        return toml_of(self.model_dump(mode="json", exclude_none=True))


def new_case(folder: Path, name: str) -> Case:
    """A fresh case in `folder`, which is created for the user alone."""
    private_folder(folder)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Case(name=one_line(name, 80), created=now, folder=folder.absolute())


def save(case: Case) -> None:
    """Write the case file atomically; raises NoSpace when the disk is full."""
    write_atomic(case.folder / CASE_FILE, sealed(case.to_toml()))


def load(folder: Path) -> Case:
    """The case in `folder`; raises BadCase when it is missing, damaged or newer than this program."""
    path = folder / CASE_FILE
    try:
        text = small_text(path, LARGEST)
    except (OSError, ValueError) as error:
        raise BadCase(f"No case can be read in {one_line(str(folder))}", "Choose another folder.") from error
    return case_of_toml(text, folder)


def case_of_toml(text: str, folder: Path) -> Case:
    """The case that `text` describes; raises BadCase naming the first fault."""
    try:
        raw = tables_of(text)
    except ValueError as error:
        raise BadCase(f"The case file is damaged: {error}", "Open it: what can be read is kept.") from error
    version = raw.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise BadCase(
            f"The case was made by a newer version ({one_line(str(version), 40)})", "Update this program."
        )
    try:
        case = Case.model_validate(raw)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BadCase(
            f"The case file is damaged at {one_line(where)}: {one_line(fault['msg'])}",
            "Open it: what can be read is kept.",
        ) from error
    if (place := out_of_range(case.model_dump())) is not None:
        raise BadCase(
            f"The case file is damaged at {one_line(place)}: no number is so large", "Start a new case."
        )
    return case.model_copy(update={"folder": folder.absolute()})
