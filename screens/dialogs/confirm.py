"""A question that is answered by yes or no."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.screen import ModalScreen

from screens.widgets.plain_text import PlainText
from screens.words import muted


class Confirm(ModalScreen[bool]):
    """Dismisses True for yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "dismiss(True)", "yes", tooltip="Do it", id="confirm-yes"),
        Binding("n,escape", "dismiss(False)", "no", tooltip="Leave it", id="confirm-no"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and its two keys."""
        with VerticalGroup(classes="dialogue"):
            yield PlainText(self._question)
            yield PlainText(muted("y or enter: yes   n or escape: no"))
