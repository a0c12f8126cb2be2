"""What a job says while it works: one JSON object per line, typed."""

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from advisor.bounds import may_be_out_of_range, out_of_range
from heuristics.facts.cleaning import CleaningFacts
from heuristics.facts.data import DataFacts
from heuristics.facts.experiment import (
    Alarm,
    Forgetting,
    GroupShift,
    Memorised,
    Outlier,
    PilotSchedule,
    RateEvidence,
    Rung,
)
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import Gain, Proof, Run, Sample, Score
from heuristics.facts.simulation import SimulationFacts

EVENTS_FILE = "events.jsonl"

JobName = Literal["probe", "profile", "pilot", "export", "simulate", "clean", "echo"]
FailureKind = Literal["out_of_memory", "killed", "bad_data", "bad_model", "no_space", "crashed", "stopped"]


class _Event(BaseModel):
    # A terminal that only looks at a case needs no event: the first one builds them.
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings", defer_build=True)

    at: float = 0.0
    """Seconds since the job started, by the child's monotonic clock."""


class Started(_Event):
    """The child runs."""

    kind: Literal["started"] = "started"
    job: JobName
    pid: int
    time: str
    """ISO 8601 time in UTC."""
    phases: tuple[str, ...] = ()


class Step(_Event):
    """Progress inside one phase."""

    kind: Literal["step"] = "step"
    phase: str
    done: float
    total: float
    """0 when not known."""
    unit: str = ""
    seconds_left: float | None = None
    """Of the whole job, None when not known."""
    text: str = ""


class Note(_Event):
    """One line for a person."""

    kind: Literal["note"] = "note"
    text: str
    level: Literal["info", "warning"] = "info"


class Metric(_Event):
    """Numbers of one training step or evaluation."""

    kind: Literal["metric"] = "metric"
    run: str
    step: int
    total_steps: int
    values: dict[str, float]
    """Keys: loss, heldout_loss, perplexity, learning_rate, grad_norm, tokens_per_second, memory_bytes,
    epoch."""


class MachineFound(_Event):
    """The probe's facts."""

    kind: Literal["machine"] = "machine"
    facts: MachineFacts


class DataFound(_Event):
    """The profile's facts; a later event replaces an earlier one."""

    kind: Literal["data"] = "data"
    facts: DataFacts


class CleaningFound(_Event):
    """What a cleaning did to a copy, or would do."""

    kind: Literal["cleaning"] = "cleaning"
    facts: CleaningFacts


class ModelFound(_Event):
    """What loading or inspecting the model revealed."""

    kind: Literal["model"] = "model"
    facts: ModelFacts


class SimulationFound(_Event):
    """The simulation of a training step, or why there is none."""

    kind: Literal["simulation"] = "simulation"
    facts: SimulationFacts


class ProofFound(_Event):
    """The pilot measured the longest micro-batch."""

    kind: Literal["proof"] = "proof"
    proof: Proof


class ScheduleFixed(_Event):
    """The pilot knows what it will do within its budget."""

    kind: Literal["schedule"] = "schedule"
    schedule: PilotSchedule


class RateMeasured(_Event):
    """The rate phase ended."""

    kind: Literal["rate"] = "rate"
    rate: RateEvidence


class RungFound(_Event):
    """One run of the ladder was scored."""

    kind: Literal["rung"] = "rung"
    rung: Rung


class ForgettingFound(_Event):
    """The pilot compared both models on general text."""

    kind: Literal["forgetting"] = "forgetting"
    forgetting: Forgetting


class MemorisedFound(_Event):
    """The pilot looked for training rows that the tuned model repeats."""

    kind: Literal["memorised"] = "memorised"
    memorised: Memorised


class ShiftFound(_Event):
    """The pilot scored counterfactual pairs with one run's model."""

    kind: Literal["shift"] = "shift"
    shift: GroupShift


class OutliersFound(_Event):
    """Training rows that stay far harder than the others."""

    kind: Literal["outliers"] = "outliers"
    outliers: tuple[Outlier, ...]


class Settled(_Event):
    """The answer is clear before the schedule is done; the rest is left out."""

    kind: Literal["settled"] = "settled"
    why: str


class ScoreFound(_Event):
    """The pilot scored a model on held-out rows."""

    kind: Literal["score"] = "score"
    score: Score


class RunEnded(_Event):
    """One training run of the pilot ended."""

    kind: Literal["run"] = "run"
    run: Run


class GainFound(_Event):
    """The pilot measured an improvement with its interval."""

    kind: Literal["gain"] = "gain"
    gain: Gain


class SampleFound(_Event):
    """One row answered by the base and the tuned model."""

    kind: Literal["sample"] = "sample"
    sample: Sample


class AlarmRaised(_Event):
    """Something in a run needs attention."""

    kind: Literal["alarm"] = "alarm"
    alarm: Alarm


class FileWritten(_Event):
    """The job finished a file that the user will want."""

    kind: Literal["file"] = "file"
    path: str
    rows: int | None = None
    role: str = ""
    """"train", "validation", "test", "adapter" …"""


class Done(_Event):
    """The job ended by itself; its facts are in the events before."""

    kind: Literal["done"] = "done"
    seconds: float


class Failed(_Event):
    """The job did not reach its end."""

    kind: Literal["failed"] = "failed"
    failure: FailureKind
    message: str
    do: str = ""
    tail: str = ""
    """Last lines of the log."""


Event = Annotated[
    Started
    | Step
    | Note
    | Metric
    | MachineFound
    | DataFound
    | CleaningFound
    | ModelFound
    | SimulationFound
    | ProofFound
    | ScheduleFixed
    | RateMeasured
    | RungFound
    | ForgettingFound
    | MemorisedFound
    | ShiftFound
    | OutliersFound
    | Settled
    | ScoreFound
    | RunEnded
    | GainFound
    | SampleFound
    | AlarmRaised
    | FileWritten
    | Done
    | Failed,
    Field(discriminator="kind"),
]


@cache
def _adapter() -> TypeAdapter[Event]:
    return TypeAdapter(Event)


def parse_event(line: str | bytes) -> Event | None:
    """The event on one line, or None for anything else: garbage is skipped, never fatal."""
    try:
        raw = line.encode() if isinstance(line, str) else line
        event = _adapter().validate_json(raw)
    except (ValidationError, ValueError):
        return None
    # A number may also come as text, so that the event itself is looked at.
    beyond = may_be_out_of_range(raw) and out_of_range(event.model_dump()) is not None
    return None if beyond else event


def is_last(event: Event) -> bool:
    """True for the one event that ends a job."""
    return isinstance(event, Done | Failed)
