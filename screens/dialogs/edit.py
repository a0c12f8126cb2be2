"""The dialogue that changes one value."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from advisor.case import Case
from advisor.errors import AdvisorError
from advisor.text import one_line, plain
from screens.rows.section import Field
from screens.widgets.marked_list import MarkedList
from screens.widgets.plain_text import PlainText
from screens.words import muted, safe


class Edit(ModalScreen[Case | None]):
    """Asks for a new value until it is right; dismisses the changed case, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "leave as it is", tooltip="Change nothing", id="edit-leave"),
    ]

    def __init__(self, case: Case, field: Field, now: str = "") -> None:
        super().__init__()
        self._case, self._field, self._now = case, field, now

    def compose(self) -> ComposeResult:
        """The question, why it matters, and the choices or a line to type in."""
        field = self._field
        unit = f"  ({field.unit})" if field.unit else ""
        with VerticalGroup(classes="dialogue"):
            yield PlainText(Content.styled(f"{field.title}{unit}", "bold $text-primary"))
            yield PlainText(field.why, classes="why")
            if field.choices:
                yield MarkedList(*self._options(), markup=False, compact=True, id="choices")
            else:
                now = one_line(f"now {self._now}", 60) if self._now else ""
                yield Input(value=plain(field.current), placeholder=now, compact=True, id="typed")
            yield PlainText(id="fault")
            yield PlainText(muted("enter takes it   escape leaves it as it is"))

    def on_mount(self) -> None:
        """Stand on the present value."""
        values = [value for value, _ in self._field.choices]
        if values:
            choices = self.query_one("#choices", OptionList)
            choices.highlighted = values.index(self._field.current) if self._field.current in values else 0

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        self._take(event.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the choice."""
        self._take(self._field.choices[event.option_index][0])

    def _take(self, text: str) -> None:
        try:
            changed = self._field.apply(self._case, text)
        except AdvisorError as error:
            words = f"{one_line(error.message)}. {one_line(error.do)}"
            self.query_one("#fault", PlainText).show(Content.styled(words, "$text-error"))
            return
        self.dismiss(changed)

    def _options(self) -> list[Option]:
        width = max(len(value) for value, _ in self._field.choices)
        return [
            Option(safe(Content.assemble(" ", (value or "-").ljust(width), "  ", (what, "$text-muted"))))
            for value, what in self._field.choices
        ]
