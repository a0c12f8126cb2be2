"""What a job is asked to do."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from heuristics.facts.cleaning import Cleaning
from heuristics.facts.data import Columns
from heuristics.facts.experiment import Phase
from heuristics.facts.model import ModelFacts
from heuristics.facts.simulation import TrainingStep
from heuristics.goal import Goal, Topic
from heuristics.planning.recipe import Recipe


class _Task(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class ProbeTask(_Task):
    """Find out what this machine is and can do."""

    job: Literal["probe"] = "probe"
    case_folder: Path
    models_folder: Path
    """The Hub cache, for its free space."""
    measure: bool = True
    """False skips the timed matrix products."""


class DataChoice(_Task):
    """Which rows, read how."""

    path: Path
    """A file, a folder of files or a saved data set, or hf:owner/name for one on the Hub."""
    more: tuple[Path, ...] = ()
    """Further files whose rows follow."""
    eval_path: Path | None = None
    """The user's own test rows; replaces our test split."""
    columns: Columns | None = None
    """The user's column mapping; None means detect."""


class ProfileTask(_Task):
    """Read a data set and count everything about it."""

    job: Literal["profile"] = "profile"
    data: DataChoice
    model: ModelFacts | None = None
    """Whose tokenizer and template count tokens; None skips token counts."""
    count: Literal["auto", "exact", "sampled"] = "auto"
    """Whether every row's tokens are counted, or a sample's that is scaled; "auto" samples large files."""
    cache: bool = True
    """False reads the rows again even when a profile of the same rows, settings and checks is kept."""
    topic: Topic | None = None
    """What the rows should be about; None takes what most of them are about."""


class PilotTask(_Task):
    """Run the small experiment."""

    job: Literal["pilot"] = "pilot"
    data: DataChoice
    model: ModelFacts
    recipe: Recipe
    goal: Goal
    full: Recipe | None = None
    """The recipe of the full run, to which the learning rate is carried over."""
    cleaned: DataChoice | None = None
    """The same rows after cleaning, for a run of their own beside the raw ones."""
    probe: Path | None = None
    """The user's own general text, one passage a line, on which forgetting is measured; None takes ours."""
    seeds: int | None = None
    """Runs at each of the two smallest sizes of the ladder; None takes the preset's."""
    alert: str | None = None
    """Where alarms are sent: an https or loopback address, env:NAME, or a command."""
    wandb_project: str | None = None
    """Weights & Biases project that gets the metrics; None sends nothing."""
    foretold: dict[Phase, float] = {}
    """Seconds that the plan expects of each phase, for the time left until speed is measured."""
    resume: Path | None = None
    """Folder of what an interrupted pilot has finished; None begins a new one."""


class ExportTask(_Task):
    """Write the converted train and held-out files that exported recipes use."""

    job: Literal["export"] = "export"
    data: DataChoice
    model: ModelFacts | None
    recipe: Recipe
    target: Path
    """Folder that receives train.jsonl, validation.jsonl and test.jsonl."""
    conversations: Path | None = None
    """Folder that receives the same rows as lists of turns; None for recipes without a chat template."""


class SimulateTask(_Task):
    """Find out what a training step takes, without weights and without a GPU."""

    job: Literal["simulate"] = "simulate"
    model: ModelFacts
    step: TrainingStep
    more: tuple[TrainingStep, ...] = ()
    """Further steps of the same model, worked out after the first."""


class CleanTask(_Task):
    """Apply fixes to a copy of a data set, or count what each of them would do."""

    job: Literal["clean"] = "clean"
    data: DataChoice
    cleaning: Cleaning = Cleaning()
    model: ModelFacts | None = None
    """Whose tokenizer tells which rows are over the context."""
    target: Path | None = None
    """Folder that receives the copy, changes.jsonl and cleaning.toml; None means the run's own folder."""
    preview: bool = False
    """True counts what every fix would do alone, and writes nothing."""


class EchoTask(_Task):
    """Behave as told: how the job mechanism is tested against misbehaving children."""

    job: Literal["echo"] = "echo"
    act: Literal[
        "finish",
        "garbage",
        "flood",
        "exit",
        "segfault",
        "hang",
        "deadlock",
        "linger",
        "raise",
        "memory",
        "no_space",
    ]
    seconds: float = 0.0


Task = Annotated[
    ProbeTask | ProfileTask | PilotTask | ExportTask | SimulateTask | CleanTask | EchoTask,
    Field(discriminator="job"),
]


LET_GO = b"let go\n"
"""What the starting process writes to a job's standard input before it leaves a job that is to go on."""


class JobSpec(BaseModel):
    """One job: what to do, in which folder, tied to whose life."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    folder: Path
    """The run's own folder: working directory, events.jsonl, log.txt and everything the job writes."""
    task: Task
    lifeline: Literal["stdin", "none"] = "stdin"
    """"stdin": the job ends when the starting process dies, unless that let it go before; "none": it goes on,
    and others can attach."""
    offline: bool = False
    """True forbids the job any network access through the Hub libraries."""
