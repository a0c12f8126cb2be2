"""Rows of a file as a list that draws only what is seen: a million rows cost what forty do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from advisor.rows.source import RowSource, ShownRow

_REMEMBERED = 400


class RowBrowser(ScrollView, can_focus=True):
    """Shows the rows that begin at given lines; a cursor stands on one of them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-browser--cursor"}
    DEFAULT_CSS = """
    RowBrowser { height: 1fr; }
    RowBrowser > .row-browser--cursor { background: $block-cursor-blurred-background; text-style: bold; }
    RowBrowser:focus > .row-browser--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False, tooltip="The row before", id="browse-up"),
        Binding("down,j", "move(1)", show=False, tooltip="The next row", id="browse-down"),
        Binding("pageup", "page(-1)", show=False, tooltip="A page back", id="browse-page-up"),
        Binding("pagedown", "page(1)", show=False, tooltip="A page on", id="browse-page-down"),
        Binding("home,g", "go(0)", show=False, tooltip="The first row", id="browse-first"),
        Binding("end,G", "go(-1)", show=False, tooltip="The last row", id="browse-last"),
    ]
    cursor: reactive[int] = reactive(0)

    @dataclass
    class Moved(Message):
        """The cursor stands on a row."""

        row: ShownRow

        def can_replace(self, message: Message) -> bool:
            """Only the newest place matters."""
            return isinstance(message, RowBrowser.Moved)

    def __init__(self, source: RowSource, lines: Sequence[int], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._source = source
        self._lines = lines
        self._known: dict[int, ShownRow] = {}
        self.marked: frozenset[str] = frozenset()

    @property
    def row(self) -> ShownRow | None:
        """The row under the cursor."""
        return self._row(self.cursor) if self._lines else None

    def on_mount(self) -> None:
        """Take the room that all rows would need."""
        self._measure()
        self.tell()

    def on_resize(self) -> None:
        """Rows are as wide as the window."""
        self._measure()

    def show_marks(self, marked: frozenset[str]) -> None:
        """Draw a sign at rows with these fingerprints."""
        self.marked = marked
        self.refresh()

    def now_known(self) -> None:
        """More lines of the file were found: draw rows that were not found before."""
        self.refresh()
        self.tell()

    def tell(self) -> None:
        """Say which row the cursor stands on."""
        if self.row is not None:
            self.post_message(self.Moved(self.row))

    def watch_cursor(self, before: int, now: int) -> None:
        """Keep the cursor in sight."""
        if not self.is_mounted:
            return
        top, height = self.scroll_offset.y, max(1, self.scrollable_content_region.height)
        if now < top:
            self.scroll_to(y=now, animate=False, immediate=True)
        elif now >= top + height:
            self.scroll_to(y=now - height + 1, animate=False, immediate=True)
        self.refresh()
        self.tell()

    def validate_cursor(self, place: int) -> int:
        """Stay within the rows."""
        return max(0, min(len(self._lines) - 1, place))

    def action_move(self, steps: int) -> None:
        """Move by rows."""
        self.cursor += steps

    def action_page(self, pages: int) -> None:
        """Move by pages."""
        self.cursor += pages * max(1, self.scrollable_content_region.height - 1)

    def action_go(self, place: int) -> None:
        """Move to the first row, or to the last."""
        self.cursor = place if place >= 0 else len(self._lines) + place

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        place, width = self.scroll_offset.y + y, self.size.width
        if place >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        row = self._row(place)
        here = place == self.cursor
        style = self.get_component_rich_style("row-browser--cursor") if here else self.rich_style
        mark = "x" if row.fingerprint in self.marked else " "
        text = f"{'>' if here else ' '}{mark}{row.line:>{self._line_width},}  {row.excerpt[: 2 * width]}"
        return Strip([Segment(set_cell_size(text, width), style)], width)

    def _measure(self) -> None:
        last = self._lines[-1] if self._lines else 1
        self._line_width = len(f"{last:,}")
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))

    def _row(self, place: int) -> ShownRow:
        known = self._known.get(place)
        if known is not None:
            return known
        row = self._source.row(self._lines[place])
        if self._source.index.complete:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[place] = row
        return row
