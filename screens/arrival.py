"""The first paint: the frame of every step, while the case is still being opened.

Importing what a case is made of, and reading one, takes longer than starting the terminal.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen

from advisor.errors import AdvisorError
from advisor.steps import STEPS, StepState
from screens.app import AdvisorApp
from screens.widgets.key_bar import KeyBar
from screens.widgets.plain_text import PlainText
from screens.widgets.rail import Rail

if TYPE_CHECKING:
    from advisor.case import Case
    from screens.state.desk import Desk

_OPENING = "opening"


class Opening(Screen[None]):
    """Seven steps of which nothing is known yet."""

    def compose(self) -> ComposeResult:
        """The rail and the lines below it, in their places."""
        yield Rail(id="rail")
        yield PlainText("Opening the case", id="verdict")
        yield PlainText(id="next")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Show the steps."""
        self.query_one(Rail).show_states(dict.fromkeys(STEPS, StepState.EMPTY), STEPS[0])


class Arrival(AdvisorApp):
    """The application from its start: it paints, and opens its case then."""

    MODES: ClassVar[dict[str, Callable[[], Screen[None]]]] = {**AdvisorApp.MODES, _OPENING: Opening}
    DEFAULT_MODE = _OPENING

    def __init__(self, find: "Callable[[Desk], Case]", walking: bool = False) -> None:
        super().__init__(walking=walking)
        self._find = find
        self._arrived = False
        self._signal: int | None = None
        self.fault: AdvisorError | None = None
        """Why no case could be opened; the program has ended then."""

    def begin_walk(self) -> None:
        """Open the case, show its first step, and let the demo take its first step."""
        self._arrive()

    @work(group="arrival")
    async def _arrive(self) -> None:
        try:
            self.take(self._find(self.desk))
        except AdvisorError as error:
            self.fault = error
            self.exit(return_code=2)
            return
        await self.switch_mode(STEPS[0])
        self._arrived = True
        self.refresh_bindings()
        if self._signal is not None:
            self.leave_for(self._signal)
            return
        super().begin_walk()

    def leave_for(self, number: int) -> None:
        """A signal; one that comes before the first step is whole is heeded then."""
        if self._arrived:
            super().leave_for(number)
        else:
            self._signal = number
            self.end_at_last(number)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key does anything until there is a case."""
        return self._arrived and super().check_action(action, parameters)
