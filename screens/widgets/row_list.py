"""The list of a step: sections of rows, worst findings first, moved through by the keyboard."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from advisor.text import one_line
from screens.rows.section import Row, Section
from screens.widgets.marked_list import MarkedList
from screens.words import level_word, safe

_VALUE_WIDTH = 42
_LABEL_WIDTH = 40
"""Most cells of labels; in narrower lists a third of the line."""
_LEVEL_WIDTH = 8
_NUMBER = re.compile(r"(?P<number>[+-]?[\d,]+(?P<decimals>\.\d+)?)(?P<unit>( [^\d ]+)?)")
"""A value that is one number, with its unit."""


class RowList(MarkedList):
    """Rows under titles; titles cannot be chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,e", "select", "change", tooltip="Change the value of this row", id="row-change"),
    ]

    @dataclass
    class Chosen(Message):
        """The cursor stands on a row."""

        row: Row

    @dataclass
    class Opened(Message):
        """The user pressed enter on a row."""

        row: Row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False, compact=True)
        self._rows: dict[str, Row] = {}
        self._sections: tuple[Section, ...] = ()
        self._label_width = 0
        self._changeable = False

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        option = self.highlighted_option
        return self._rows.get(option.id) if option and option.id else None

    def show(self, sections: tuple[Section, ...]) -> None:
        """Show these rows; the cursor stays on its row where that still exists."""
        before = self.highlighted_option.id if self.highlighted_option else None
        options = list(_options(sections, self._label_width))
        self._sections = sections
        self._rows = {row.id: row for section in sections for row in section.rows}
        if [option.id for option in options] == [option.id for option in self.options]:
            self._replace_changed(options)
        else:
            top = self.scroll_offset.y
            self.set_options(options)
            self.highlighted = self._place_of(before)
            self.scroll_to(y=top, animate=False)
            self.scroll_to_highlight()
        if self.row is not None:
            self.post_message(self.Chosen(self.row))

    def on_resize(self) -> None:
        """Labels get their part of a wider line."""
        width = min(_LABEL_WIDTH, self.size.width // 3)
        if width != self._label_width:
            self._label_width = width
            self._replace_changed(list(_options(self._sections, width)))

    def go_to(self, row_id: str) -> None:
        """Move the cursor to a row, if it is there."""
        if row_id in self._rows:
            self.highlighted = self.get_option_index(row_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only rows with a field can be changed."""
        if action == "select":
            return True if self.row is not None and self.row.field is not None else None
        return super().check_action(action, parameters)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell the step which row is looked at."""
        event.stop()
        if self.row is not None:
            self.post_message(self.Chosen(self.row))
            if self._changeable != (self.row.field is not None):
                self._changeable = not self._changeable
                self.refresh_bindings()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tell the step that a row was opened."""
        event.stop()
        row = self._rows.get(event.option.id or "")
        if row is not None:
            self.post_message(self.Opened(row))

    def _replace_changed(self, options: list[Option]) -> None:
        for place, option in enumerate(options):
            if option.prompt != self.get_option_at_index(place).prompt:
                self.replace_option_prompt_at_index(place, option.prompt)

    def _place_of(self, row_id: str | None) -> int | None:
        if row_id is not None and row_id in self._rows:
            return self.get_option_index(row_id)
        return next((place for place, option in enumerate(self.options) if not option.disabled), None)


def _options(sections: tuple[Section, ...], most: int) -> Iterator[Option]:
    for number, section in enumerate(sections):
        if not section.rows:
            continue
        title = Content.styled(section.title, "bold $text-primary")
        yield Option(title, id=f"section-{number}-{section.title}", disabled=True)
        label_width = _widest((one_line(row.label) for row in section.rows), max(most, section.label_width))
        values = aligned([one_line(row.value) for row in section.rows])
        noted = (value for row, value in zip(section.rows, values, strict=True) if row.note)
        value_width = _widest(noted, _VALUE_WIDTH)
        for row, value in zip(section.rows, values, strict=True):
            yield Option(safe(_line(row, value, label_width, value_width)), id=row.id)


def aligned(values: Sequence[str]) -> list[str]:
    """Values with numbers ending in one column, where most of a section are numbers of one unit and as many
    decimals."""
    found = [_NUMBER.fullmatch(value) for value in values]
    kinds = {(each["unit"].removesuffix("s"), len(each["decimals"] or "")) for each in found if each}
    if len(kinds) != 1 or 2 * found.count(None) > len(found):
        return list(values)
    width = max(len(each["number"]) for each in found if each)
    return [
        " " * (width - len(each["number"])) + value if each else value
        for each, value in zip(found, values, strict=True)
    ]


def _widest(texts: Iterable[str], most: int) -> int:
    return min(most, max((cell_len(text) for text in texts), default=0))


def _line(row: Row, value: str, label_width: int, value_width: int) -> Content:
    if row.level is not None:
        gap = " " * (_LEVEL_WIDTH - len(row.level.value))
        return Content.assemble(" ", level_word(row.level), gap, one_line(row.label))
    if not value and not row.note:
        return Content.assemble(" ", one_line(row.label))
    label = _cut(one_line(row.label), label_width)
    if row.note and cell_len(value) < value_width:
        value = set_cell_size(value, value_width)
    return Content.assemble(" ", label, "  ", (value, "bold"), "  ", (one_line(row.note), "$text-muted"))


def _cut(text: str, width: int) -> str:
    """The text in exactly `width` cells; what is left out is marked."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return f"{set_cell_size(text, width - 1)}…"
