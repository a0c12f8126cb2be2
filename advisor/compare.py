"""Two pilots side by side: what each measured, and what changed."""

from dataclasses import dataclass
from pathlib import Path

from advisor import numbers
from advisor.case import Case
from advisor.errors import BadInput
from advisor.events import Done
from advisor.fold import pilot_facts
from advisor.jobs import read_events
from advisor.resuming import pilot_folders, pilot_of
from advisor.text import one_line
from heuristics.facts.pilot import PilotFacts
from heuristics.planning.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Pilot:
    """A recorded pilot."""

    name: str
    """Of its folder."""
    facts: PilotFacts
    recipe: Recipe | None


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement of both pilots; empty where one did not take it."""

    name: str
    earlier: str
    now: str


def recorded(run: Path) -> Pilot:
    """The pilot in the folder `run`; raises BadInput when there is none."""
    task = pilot_of(run) if run.is_dir() else None
    if task is None:
        raise BadInput(f"{one_line(str(run))} is not the folder of a pilot", "Name one under a case's runs.")
    start = PilotFacts(model=task.recipe.model, method=task.recipe.method)
    return Pilot(run.name, pilot_facts(read_events(run), start), task.recipe)


def newest_two(case: Case) -> tuple[Pilot, Pilot]:
    """The two newest pilots of a case that reached their end, the earlier first; raises BadInput."""
    ended = (
        each for each in pilot_folders(case) if any(isinstance(event, Done) for event in read_events(each))
    )
    later, earlier = next(ended, None), next(ended, None)
    if later is None or earlier is None:
        raise BadInput("This case has no two finished pilots to compare", "Change a setting and run another.")
    return recorded(earlier), recorded(later)


def compared(earlier: Pilot, now: Pilot) -> tuple[Line, ...]:
    """What at least one of the two measured, settings first."""
    before, after = _told(earlier), _told(now)
    names = dict.fromkeys((*before, *after))
    return tuple(Line(name, before.get(name, ""), after.get(name, "")) for name in names)


def _told(pilot: Pilot) -> dict[str, str]:
    facts, told = pilot.facts, dict[str, str]()
    if pilot.recipe is not None:
        recipe = pilot.recipe
        told["recipe"] = (
            f"{recipe.method} on {one_line(recipe.model, 40)}, {numbers.count(recipe.samples)} rows"
        )
        told["learning rate"] = f"{facts.rate.best if facts.rate else recipe.learning_rate:.2g}"
        told["epochs, batch"] = f"{recipe.epochs:g}, {recipe.effective_batch}"
    for name in ("base", "base few-shot", "tuned"):
        score = facts.score(name, "test")
        if score is not None:
            told[f"{name}: loss"] = f"{score.loss:.3f}"
            if score.exact_match is not None:
                told[f"{name}: exact"] = numbers.share(score.exact_match)
    for gain in facts.gains:
        value = numbers.quantity(gain.estimate.value, gain.estimate.unit)
        told[f"gain in {gain.name.replace('_', ' ')}"] = f"{value} ({numbers.spread(gain.estimate)})"
    if facts.forgetting is not None:
        rise = facts.forgetting.rise
        told["general loss"] = f"{numbers.quantity(rise.value, rise.unit)} ({numbers.spread(rise)})"
    if facts.proof is not None:
        told["peak memory"] = numbers.size(facts.proof.peak_bytes)
        told["tokens per second"] = numbers.decimal(facts.proof.tokens_per_second)
    told["alarms"] = numbers.count(len(facts.alarms))
    told["time"] = numbers.duration(facts.seconds)
    return told
