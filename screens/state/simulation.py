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

    def answers(self, task: "SimulateTask") -> bool:
        """True when every step of `task` is among those asked here."""
        asked, wanted = self.task, {repr(step) for step in (task.step, *task.more)}
        return asked.model == task.model and wanted <= {repr(step) for step in (asked.step, *asked.more)}

    @property
    def running(self) -> bool:
        """True while the answer is being worked out."""
        return not self.why_not
