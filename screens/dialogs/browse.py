"""The rows of one finding, one by one."""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.worker import get_current_worker

from advisor.rows.source import RowSource
from advisor.text import one_line
from screens.widgets.key_bar import KeyBar
from screens.widgets.plain_text import PlainText
from screens.widgets.row_browser import RowBrowser
from screens.words import muted, paragraphs

_EVERY = 0.3
"""Seconds between two looks at what was found meanwhile."""


class Browse(ModalScreen[frozenset[str] | None]):
    """Dismisses the fingerprints of all marked rows, or None when no mark was changed."""

    AUTO_FOCUS = "#browser"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "x,space", "mark", "mark", tooltip="Mark this row, to be dropped by a cleaning", id="browse-mark"
        ),
        Binding("tab", "app.focus_next", "", show=False, tooltip="Go to the next part", id="browse-focus"),
        Binding("escape,b,q", "leave", "back", tooltip="Back to the findings", id="browse-leave"),
    ]

    browser = getters.query_one("#browser", RowBrowser)

    def __init__(self, title: str, source: RowSource, lines: Sequence[int], marked: frozenset[str]) -> None:
        super().__init__()
        self._title, self._source, self._lines = title, source, lines
        self._before = self._marked = marked

    def compose(self) -> ComposeResult:
        """The list, the whole row under the cursor, the keys."""
        yield PlainText(Content.styled(self._title, "bold $text-primary"), id="browse-title")
        yield PlainText(id="browse-count")
        with Container(id="browse-body"):
            yield RowBrowser(self._source, self._lines, id="browser")
            with VerticalScroll(id="browse-side"):
                yield PlainText(id="browse-text")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Find the lines while the first rows are shown already."""
        self.browser.show_marks(self._marked)
        self._say()
        self._count()

    def on_unmount(self) -> None:
        """Let go of what serves rows."""
        self._source.close()

    @work(thread=True, exit_on_error=False)
    def _count(self) -> None:
        worker = get_current_worker()
        told = time.monotonic()
        try:
            for _ in self._source.index.count():
                if worker.is_cancelled:
                    return
                if time.monotonic() - told > _EVERY:
                    self.app.call_from_thread(self._found_more)
                    told = time.monotonic()
        except OSError as error:
            fault = f"The rows cannot be read: {one_line(error.strerror or '')}"
            self.app.call_from_thread(self.notify, fault, markup=False)
        self.app.call_from_thread(self._found_more)

    def _found_more(self) -> None:
        self.browser.now_known()
        self._say()

    def on_row_browser_moved(self, event: RowBrowser.Moved) -> None:
        """Show the row under the cursor whole."""
        line = muted(self._source.place(event.row.line))
        self.query_one("#browse-text", PlainText).show(paragraphs([line, event.row.text]))
        self._say()

    def action_mark(self) -> None:
        """Mark the row, or take its mark away."""
        row = self.browser.row
        if row is None or row.fingerprint is None:
            self.notify("A row that cannot be read cannot be marked", markup=False)
            return
        self._marked = self._marked ^ {row.fingerprint}
        self.browser.show_marks(self._marked)
        self.browser.action_move(1)
        self._say()

    def action_leave(self) -> None:
        """Back, with the marks when they changed."""
        self.dismiss(None if self._marked == self._before else self._marked)

    def _say(self) -> None:
        here = f"row {self.browser.cursor + 1:,} of {len(self._lines):,}"
        marks = f"   {len(self._marked):,} marked to be dropped" if self._marked else ""
        index = self._source.index
        reading = "" if index.complete else f"   reading on, {index.lines:,} found"
        self.query_one("#browse-count", PlainText).show(muted(f"{here}{marks}{reading}"))
