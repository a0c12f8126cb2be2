"""The simulation of the plan's training step that runs beside everything else, as the screens see it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.specs import SimulateTask


@dataclass(frozen=True, slots=True)
class Simulation:
    """One question to the simulation that has no answer yet, or will have none."""

    task: "SimulateTask"
    why_not: str = ""
    """Why there will be no answer; empty while it is being worked out."""

    @property
    def running(self) -> bool:
        """True while the answer is being worked out."""
        return not self.why_not
