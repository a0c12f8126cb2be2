"""What the user asked for on the command line, checked and typed."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from advisor.pilot_options import PilotOptions
from heuristics.facts.data import Columns
from heuristics.facts.simulation import LossKernel
from heuristics.goal import Metric, TaskKind, Topic
from heuristics.planning.knobs import Knobs

DEMO_MINUTES = 2.0
"""Time budget of the demo's pilot."""


@dataclass(frozen=True, slots=True)
class GoalWishes:
    """Answers about the goal; None leaves the answer to what the data suggests."""

    task: TaskKind | None = None
    metric: Metric | None = None
    smallest_gain: float | None = None
    keep_general: bool | None = None
    data_may_leave: bool | None = None
    budget_hours: float | None = None
    budget_money: float | None = None
    electricity_price: float | None = None
    pilot_minutes: float | None = None
    format_counts: bool | None = None


Background = Literal["detach", "attach", "stop"]


@dataclass(frozen=True, slots=True)
class MemoryWishes:
    """What only the memory command asks."""

    gpu: str | None = None
    """A GPU by its name in the presets; None asks about this machine."""
    gib: float | None = None
    """Free memory of the device, GiB."""
    precision: str | None = None
    targets: str = "all-linear"
    optimizer: str = "adamw_torch"
    loss: LossKernel = "trl"
    eager: bool = False
    packing: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One command with its options."""

    command: str
    file: Path | None = None
    """The data file, or for replay the folder of a run."""
    more: tuple[Path, ...] = ()
    """Further data files whose rows follow."""
    other: Path | None = None
    """A second folder of a run, to compare with the first."""
    case: Path | None = None
    model: str | None = None
    pilot_model: str | None = None
    """A smaller model that runs the pilot in place of `model`."""
    eval_file: Path | None = None
    columns: Columns | None = None
    topic: Topic | None = None
    knobs: Knobs = field(default_factory=Knobs)
    goal: GoalWishes = field(default_factory=GoalWishes)
    options: PilotOptions = field(default_factory=PilotOptions)
    memory: MemoryWishes = field(default_factory=MemoryWishes)
    background: Background | None = None
    """What to do with a pilot that goes on without this command."""
    to: Path | None = None
    """Where the export goes; None means the case's own folder."""
    targets: tuple[str, ...] = ()
    """Exports by name; empty means all."""
    plan: Path | None = None
    """A cleaning.toml to use again."""
    update: str | None = None
    """A table of cloud prices to use from now on: a CSV file, or "skypilot" for its catalogue."""
    fixes: tuple[str, ...] = ()
    """Names of fixes; empty means those of the plan, or those that are ticked by default."""
    cache: bool = True
    """False reads the data again even when a profile of the same rows is kept."""
    preview: bool = False
    """True counts what the fixes would do and writes nothing."""
    speed: float = 0.0
    """Pace of a replay; 0 means without waiting."""
    as_json: bool = False
    offline: bool = False
