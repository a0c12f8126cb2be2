"""Two pilots side by side, to read."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from advisor.compare import Line
from screens.widgets.plain_text import PlainText
from screens.words import columns, heading, muted, paragraphs


class Beside(ModalScreen[None]):
    """The earlier pilot and the newest one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,c,q", "dismiss", "back", tooltip="Back to the pilot", id="beside-leave"),
    ]

    def __init__(self, earlier: str, now: str, lines: tuple[Line, ...]) -> None:
        super().__init__()
        self._table = [("", earlier, now), *((each.name, each.earlier, each.now) for each in lines)]

    def compose(self) -> ComposeResult:
        """One table."""
        with Vertical(classes="reading"), VerticalScroll(classes="reading-text"):
            yield PlainText(
                paragraphs(
                    [
                        heading("The pilot before, and the newest"),
                        columns(self._table, right=frozenset()),
                        muted("escape: back"),
                    ]
                )
            )
