"""Help on a step: what it is for, its keys, and the words of the field."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from advisor.glossary import Word, glossary, words_in
from screens.widgets.plain_text import PlainText
from screens.words import heading, labelled, lines, muted, paragraphs


class Help(ModalScreen[None]):
    """Text that scrolls; escape leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,question_mark,q", "dismiss(None)", "leave", tooltip="Back to the step", id="help-leave"
        ),
    ]

    def __init__(self, title: str, about: str, keys: list[tuple[str, str]], shown: str = "") -> None:
        super().__init__()
        self._title, self._about, self._keys, self._shown = title, about, keys, shown

    def compose(self) -> ComposeResult:
        """Purpose, the words of the selected row, keys, and all other words."""
        width = max((len(key) for key, _ in self._keys), default=0)
        keys = lines(
            Content.assemble((key.ljust(width), "bold $text-accent"), f"  {what}") for key, what in self._keys
        )
        here = words_in(self._shown)
        others = [each for each in glossary() if each not in here]
        parts: list[str | Content] = [heading(self._title), self._about]
        if here:
            parts += [heading("Words of this row"), meanings(here)]
        parts += [heading("Keys"), keys, heading("Other words" if here else "Words"), meanings(others)]
        with VerticalGroup(classes="dialogue tall"):
            with VerticalScroll():
                yield PlainText(paragraphs(parts))
            yield PlainText(muted("escape leaves   arrows scroll"))


def meanings(words: Sequence[Word]) -> Content:
    """Each word with what it means, one a line."""
    return lines(labelled(each.word, each.means) for each in words)
