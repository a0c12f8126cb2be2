"""Two pilots side by side, to read."""

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from advisor.compare import Line
from screens.widgets.plain_text import PlainText
from screens.words import columns, heading, labelled, lines, muted, paragraphs


class Beside(ModalScreen[None]):
    """The earlier pilot and the newest one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,c,q", "dismiss", "back", tooltip="Back to the pilot", id="beside-leave"),
    ]

    def __init__(self, earlier: str, now: str, compared: tuple[Line, ...]) -> None:
        super().__init__()
        self._rows = [("", earlier, now), *((each.name, each.earlier, each.now) for each in compared)]

    def compose(self) -> ComposeResult:
        """One table, where it fits; else one line after the other."""
        table = PlainText()
        table.show(self._table)
        with Vertical(classes="reading"), VerticalScroll(classes="reading-text"):
            yield PlainText(
                Content.assemble(heading("The pilot before, and the newest"), muted("   escape: back"))
            )
            yield table

    def _table(self, width: int) -> Content:
        whole = columns(self._rows, right=frozenset())
        if max(map(cell_len, whole.plain.splitlines())) <= width:
            return whole
        (_, earlier, now), *rest = self._rows
        named = lines([labelled("before", earlier), labelled("newest", now)])
        return paragraphs([named, *(_stacked(*each) for each in rest)])


def _stacked(name: str, earlier: str, now: str) -> Content:
    if earlier == now:
        return lines([heading(name), labelled("both  ", now)])
    return lines([heading(name), labelled("before", earlier), labelled("newest", now)])
