"""The dialogue that says which column of the file plays which part."""

from dataclasses import fields, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from advisor.text import one_line
from heuristics.facts.data import Columns
from screens.rows.data import PARTS
from screens.rows.quality import roles_of
from screens.widgets.marked_list import MarkedList
from screens.widgets.plain_text import PlainText
from screens.words import lines, muted, safe

_WIDTH = 30


class Mapping(ModalScreen[Columns | None]):
    """Dismisses the parts as the user gave them, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(part[0], f"give('{part}')", part, tooltip=f"This column holds {what}", id=f"map-{part}")
            for part, what in PARTS.items()
        ),
        Binding("n", "give('')", "none", tooltip="This column plays no part", id="map-none"),
        Binding(
            "enter", "take", "take it", tooltip="Read the data again this way", priority=True, id="map-take"
        ),
        Binding("escape", "dismiss(None)", "leave", tooltip="Change nothing", id="map-leave"),
    ]

    def __init__(self, names: tuple[str, ...], columns: Columns) -> None:
        super().__init__()
        self._names, self._columns = names, columns

    def compose(self) -> ComposeResult:
        """Columns with their parts, and the keys that give parts."""
        with VerticalGroup(classes="dialogue"):
            yield PlainText(Content.styled("Which column is what?", "bold $text-primary"))
            yield PlainText(
                lines(f"{part[0]}  {part}: {what}" for part, what in PARTS.items()), classes="why"
            )
            yield MarkedList(*self._options(), markup=False, compact=True, id="choices")
            yield PlainText(id="fault")
            yield PlainText(muted("n: no part   enter: read the data this way   escape: leave as it is"))

    def on_mount(self) -> None:
        """Stand on the first column."""
        self._list.highlighted = 0 if self._names else None

    def action_give(self, part: str) -> None:
        """Give the column under the cursor a part; a column plays one part at most."""
        place = self._list.highlighted
        if place is None:
            return
        name = self._names[place]
        free = {each.name: None for each in fields(Columns) if getattr(self._columns, each.name) == name}
        self._columns = replace(self._columns, **free)
        if part:
            self._columns = replace(self._columns, **{part: name})
        for index, option in enumerate(self._options()):
            self._list.replace_option_prompt_at_index(index, option.prompt)

    def action_take(self) -> None:
        """Hand the parts on when they make a training row."""
        fault = _fault(self._columns)
        if fault:
            self.query_one("#fault", PlainText).show(Content.styled(fault, "$text-error"))
            return
        self.dismiss(self._columns)

    @property
    def _list(self) -> OptionList:
        return self.query_one("#choices", OptionList)

    def _options(self) -> list[Option]:
        roles = roles_of(self._columns)
        shown = [one_line(name, _WIDTH) for name in self._names]
        width = max((len(name) for name in shown), default=0)
        return [
            Option(
                safe(
                    Content.assemble(
                        " ", name.ljust(width), "  ", (roles.get(self._names[place], "-"), "bold")
                    )
                )
            )
            for place, name in enumerate(shown)
        ]


def _fault(columns: Columns) -> str:
    if columns.messages or (columns.answer and (columns.prompt or columns.text)):
        return ""
    if columns.text or (columns.label and columns.prompt):
        return ""
    return "Name prompt and answer, text and label, messages, or text alone"
