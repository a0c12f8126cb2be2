"""What a step may ask of the application: the case, the running job, and the actions.

What a case is made of is imported after the first paint.
"""

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App
from textual.reactive import var

if TYPE_CHECKING:
    from advisor.case import Case
    from heuristics.facts.data import Columns
    from screens.state.live import Live
    from screens.state.simulation import Simulation


class Studio(App[None]):
    """The state that every screen watches, and the doors to change it."""

    case: "var[Case]" = var(None)  # type: ignore[arg-type]
    """No step is shown before a case is here."""
    live: "var[Live | None]" = var(None)
    simulation: "var[Simulation | None]" = var(None)
    export_folder: var[Path] = var(Path())
    export_left_out: var[frozenset[str]] = var(frozenset())

    @property
    def running_step(self) -> str | None:
        """The step whose job is under way."""
        return self.live.step if self.live is not None and self.live.running else None

    @property
    def simulating(self) -> bool:
        """True while the memory of the plan's step is being worked out."""
        return self.simulation is not None and self.simulation.running

    @abstractmethod
    def may_write(self) -> bool:
        """True when the case may be changed; says why when it may not."""

    @abstractmethod
    def decide(self, case: "Case") -> None:
        """Take a case that the user changed: what follows from it is worked out, then it is saved."""

    @abstractmethod
    def action_confirm_goal(self) -> None:
        """Take all answers about the goal as they stand."""

    @abstractmethod
    def open_data(self, path: Path) -> None:
        """Make another data file the one under study, and profile it."""

    @abstractmethod
    def add_data(self, path: Path) -> None:
        """Read a further file together with the case's data, and profile both."""

    @abstractmethod
    def map_columns(self, columns: "Columns") -> None:
        """Say which column is what, and profile the data again."""

    @abstractmethod
    def use_copy(self) -> None:
        """Make the newest cleaned copy the data of the case, after asking."""

    @abstractmethod
    def open_test(self, path: Path) -> None:
        """Use the user's own test rows."""

    @abstractmethod
    def open_case(self, folder: Path) -> None:
        """Put this case away and open another."""

    @abstractmethod
    def go(self, step: str) -> None:
        """Show a step."""

    @abstractmethod
    def begin(self, action: str, afresh: bool = False) -> None:
        """Start the job of an action, or say why it cannot start; `afresh` reads again what is known."""

    @abstractmethod
    def simulate(self) -> None:
        """Work out the memory of the plan's training step, unless that is known, under way or given up."""

    @abstractmethod
    def say(self, words: str, do: str = "", fault: bool = False) -> None:
        """One line for a person, gone after a moment."""
