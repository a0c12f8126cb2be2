"""Every threshold that a rule uses, as one frozen value built from the thresholds preset."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

from heuristics.thresholds.checks import CheckLimits
from heuristics.thresholds.costs import EnergyLimits, MemoryLimits, OfferLimits, ShardLimits, TimeLimits
from heuristics.thresholds.judging import (
    DataLimits,
    ForecastLimits,
    GoalLimits,
    MachineLimits,
    MachineWatchLimits,
    PilotLimits,
    SearchLimits,
    WatchLimits,
)
from heuristics.thresholds.schedule import ScheduleLimits, SiblingLimits
from heuristics.thresholds.settings import (
    AdapterLimits,
    BatchLimits,
    EpochsLimits,
    PlanLimits,
    RateLimits,
    SamplesLimits,
    SequenceLimits,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """All thresholds, by subject."""

    rate: RateLimits
    batch: BatchLimits
    epochs: EpochsLimits
    samples: SamplesLimits
    sequence: SequenceLimits
    adapter: AdapterLimits
    memory: MemoryLimits
    time: TimeLimits
    schedule: ScheduleLimits
    plan: PlanLimits
    offers: OfferLimits
    energy: EnergyLimits
    shard: ShardLimits
    sibling: SiblingLimits
    machine: MachineLimits
    data: DataLimits
    checks: CheckLimits
    goal: GoalLimits
    pilot: PilotLimits
    forecast: ForecastLimits
    watch: WatchLimits
    machine_watch: MachineWatchLimits
    search: SearchLimits


def limits_of(raw: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Limits:
    """The limits that a parsed thresholds file describes; raises ValueError naming every missing, unknown
    or unusable entry at once."""
    problems: list[str] = []
    subjects = {each.name: each.type for each in fields(Limits)}
    problems += [f"unknown table [{name}]" for name in raw if name not in subjects]
    built: dict[str, object] = {}
    for name, kind in subjects.items():
        if isinstance(kind, type):
            built[name] = _subject(kind, name, raw.get(name, {}), problems)
    if problems:
        raise ValueError("thresholds: " + "; ".join(problems))
    return _call(Limits, built)


def _subject(
    kind: type[T], subject: str, entries: Mapping[str, Mapping[str, object]], problems: list[str]
) -> T | None:
    wanted = _field_types(kind)
    problems += [f"unknown entry [{subject}.{name}]" for name in entries if name not in wanted]
    before = len(problems)
    values: dict[str, object] = {}
    for name, number in wanted.items():
        entry = entries.get(name)
        if entry is None:
            problems.append(f"missing entry [{subject}.{name}]")
            continue
        problems += [f"[{subject}.{name}] has no {key}" for key in ("source", "date") if not entry.get(key)]
        value = entry.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float):
            problems.append(f"[{subject}.{name}] has no number as value")
        elif number is int and value != int(value):
            problems.append(f"[{subject}.{name}] must be a whole number")
        else:
            values[name] = int(value) if number is int else float(value)
    return _call(kind, values) if len(problems) == before else None


def _field_types(kind: type) -> dict[str, object]:
    return {each.name: each.type for each in fields(kind)}


def _call(make: Callable[..., T], values: Mapping[str, object]) -> T:
    return make(**values)
