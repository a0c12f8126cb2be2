"""The question before leaving while a job runs: end it, let it go on, or stay."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.screen import ModalScreen

from screens.widgets.plain_text import PlainText
from screens.words import muted

Leaving = Literal["stop", "go on", "stay"]


class Leave(ModalScreen[Leaving]):
    """Dismisses what is to become of the job."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "dismiss('stop')", "stop", tooltip="Stop the job and leave", id="leave-stop"),
        Binding("g", "go_on", "go on", tooltip="Leave, and let the job go on", id="leave-go-on"),
        Binding("n,escape", "dismiss('stay')", "stay", tooltip="Stay here", id="leave-stay"),
    ]

    def __init__(self, job: str, may_go_on: bool) -> None:
        super().__init__()
        self._job = job
        self._may_go_on = may_go_on

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with VerticalGroup(classes="dialogue"):
            yield PlainText(f"The {self._job} is running. Stop it and leave? What it finished is kept.")
            yield PlainText(muted("y or enter: stop it and leave   n or escape: stay"))
            if self._may_go_on:
                yield PlainText(muted("g: leave, and let it go on; open the case again to watch it"))

    def action_go_on(self) -> None:
        """Leave the job alone, where it can go on alone."""
        if self._may_go_on:
            self.dismiss("go on")
