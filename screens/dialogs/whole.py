"""All that is known about one row: nothing cut off, its sources, and the words it uses."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.screen import ModalScreen

from advisor.glossary import words_in
from screens.dialogs.help import meanings
from screens.rows.section import Row
from screens.widgets.plain_text import PlainText
from screens.words import heading, muted, paragraphs


class Whole(ModalScreen[None]):
    """Text that scrolls; escape leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,i,q", "dismiss(None)", "leave", tooltip="Back to the step", id="whole-leave"),
    ]

    def __init__(self, row: Row, words: str) -> None:
        super().__init__()
        self._row, self._words = row, words

    def compose(self) -> ComposeResult:
        """The row as a sentence, its detail, its words."""
        row = self._row
        known = words_in(self._words)
        with VerticalGroup(classes="dialogue tall"):
            with VerticalScroll():
                yield PlainText("  ".join(each for each in (row.label, row.value, row.note) if each))
                detail = PlainText(classes="apart")
                detail.show(row.detail)
                yield detail
                if known:
                    yield PlainText(paragraphs([heading("Words"), meanings(known)]), classes="apart")
            yield PlainText(muted("escape leaves   arrows scroll"))
