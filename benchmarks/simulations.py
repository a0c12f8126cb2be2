"""Simulations that benchmarks share, kept in the cache so that a broken-off run goes on where it was."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from advisor.caches import keep, kept, key_of
from advisor.simulations import RULES, library_versions
from advisor.work.simulate.simulate import simulated
from heuristics.facts.simulation import SimulationFacts, TrainingStep

KIND = "benchmark-simulations"
_FACTS = TypeAdapter(SimulationFacts)


@dataclass(frozen=True, slots=True)
class Timed:
    """A simulation and what it took without a cache."""

    facts: SimulationFacts
    processor_seconds: float


def timed(config: Mapping[str, object], step: TrainingStep) -> Timed:
    """The simulation of a step, from the cache when the same rules and libraries made it before."""
    key = key_of(RULES, dict(config), asdict(step), library_versions())
    if (data := kept(KIND, key)) is not None:
        known = json.loads(data)
        return Timed(_FACTS.validate_python(known["facts"]), known["processor_seconds"])
    began = time.process_time()
    facts = simulated(config, step)
    spent = round(time.process_time() - began, 2)
    document = {"facts": _FACTS.dump_python(facts, mode="json"), "processor_seconds": spent}
    keep(KIND, key, json.dumps(document).encode())
    return Timed(facts, spent)
