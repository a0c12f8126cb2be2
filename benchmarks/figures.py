"""What each file under results/ says, as lines of one table."""

from collections.abc import Callable, Iterator

from benchmarks import prediction_figures as predicted
from benchmarks import program_figures as running
from benchmarks.fields import Json, Row


def other(document: Json) -> Iterator[Row]:
    """A result that has no reader, by its own words."""
    what = document.get("what", "see the file") if isinstance(document, dict) else "see the file"
    yield str(what), "", ""


READERS: dict[str, Callable[[Json], Iterator[Row]]] = {
    "startup": running.startup,
    "terminal": running.terminal,
    "profile": running.profile,
    "known_data": running.known_data,
    "memory_t4": predicted.memory,
    "memory_measured": predicted.memory,
    "memory_cpu": predicted.memory,
    "memory_gpu": predicted.memory_gpu,
    "memory_formula": predicted.memory_formula,
    "simulation_time": predicted.simulation_time,
    "time": predicted.time,
    "learning_rate": predicted.learning_rate,
    "forecast": predicted.forecast,
    "pilot": running.pilot,
    "waiting": running.waiting,
    "kills": running.kills,
    "signals": running.signals,
    "leaks": running.leaks,
    "soak": running.soak,
    "fuzz": running.fuzz,
    "proof": running.proof,
    "coverage": running.coverage,
}
"""In the order of the table."""
