"""Simulated training steps that were worked out before, found again by what they follow from."""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from advisor.caches import keep, kept, key_of
from advisor.models.folder import LARGEST_CONFIG
from heuristics.facts.model import ModelFacts
from heuristics.facts.simulation import SimulationFacts, TrainingStep

KIND = "simulations"
RULES = 4
"""Raised when the simulation's own rules change, so that older results are not used."""
_PACKAGES = ("torch", "transformers", "peft", "trl")
_FACTS = TypeAdapter(SimulationFacts)


def kept_simulation(model: ModelFacts, step: TrainingStep) -> SimulationFacts | None:
    """The simulation of this step with the installed libraries, None when there is none yet."""
    key = _key(model, step)
    data = None if key is None else kept(KIND, key)
    if data is None:
        return None
    try:
        return replace(_FACTS.validate_json(data), model=model.id)
    except ValidationError:
        return None


def known_simulations(model: ModelFacts) -> Callable[[TrainingStep], SimulationFacts | None]:
    """The kept simulations of a model by step; each is looked for once."""

    @cache
    def known(step: TrainingStep) -> SimulationFacts | None:
        return kept_simulation(model, step)

    return known


def keep_simulation(model: ModelFacts, facts: SimulationFacts) -> None:
    """Keep a simulation for later; raises NoSpace when the disk is full."""
    key = _key(model, facts.step)
    if key is not None:
        keep(KIND, key, _FACTS.dump_json(facts))


@cache
def library_versions() -> tuple[tuple[str, str], ...]:
    """The installed libraries that a simulation runs through."""
    found = []
    for package in _PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def _key(model: ModelFacts, step: TrainingStep) -> str | None:
    """A name for config, step and versions; None when the config cannot be read."""
    content: object = asdict(model.shape)
    if model.path is not None:
        path = Path(model.path) / "config.json"
        try:
            if path.stat().st_size > LARGEST_CONFIG:
                return None
            content = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
    return key_of(RULES, model.family, content, asdict(step), library_versions())
