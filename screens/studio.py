"""What a step may ask of the application: the case, the running job, and the actions."""

from abc import abstractmethod

from textual.app import App
from textual.reactive import var

from advisor.case import Case
from screens.live import Live

_NO_CASE = Case(name="", created="")


class Studio(App[None]):
    """The state that every screen watches, and the doors to change it."""

    case: var[Case] = var(_NO_CASE)
    live: var[Live | None] = var[Live | None](None)

    @property
    @abstractmethod
    def running_step(self) -> str | None:
        """The step whose job is under way."""

    @abstractmethod
    def may_write(self) -> bool:
        """True when the case may be changed; says why when it may not."""

    @abstractmethod
    def decide(self, case: Case) -> None:
        """Take a case that the user changed: what follows from it is worked out, then it is saved."""

    @abstractmethod
    def begin(self, action: str) -> None:
        """Start the job of an action, or say why it cannot start."""

    @abstractmethod
    def say(self, words: str, do: str = "", fault: bool = False) -> None:
        """One line for a person, gone after a moment."""
