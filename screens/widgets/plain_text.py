"""Text that can never drive the terminal: no markup, no control characters."""

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from screens.words import Detail, safe


class PlainText(Widget):
    """Shows a text laid out for its own width."""

    DEFAULT_CSS = """
    PlainText { height: auto; width: 1fr; }
    """

    def __init__(
        self, text: str | Content = "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._detail: Detail = _fixed(text)
        self._drawn: tuple[int, Content] | None = None

    def show(self, text: str | Content | Detail) -> None:
        """Replace the text; a function of the width is laid out when the width is known."""
        before = self._drawn
        self._detail = text if callable(text) else _fixed(text)
        self._drawn = None
        if before is None:
            self.refresh(layout=True)
            return
        width, old = before
        new = self._laid_out(width)
        if not old.is_same(new):
            self.refresh(layout=old.get_height({}, width) != new.get_height({}, width))

    @property
    def text(self) -> str:
        """What is shown, without styles."""
        return self._laid_out(self.size.width or 80).plain

    def render(self) -> RenderResult:
        """The text for the present width."""
        return self._laid_out(self.size.width)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Lines that the text needs at `width` cells."""
        return max(1, self._laid_out(width).get_height({}, width))

    def _laid_out(self, width: int) -> Content:
        if self._drawn is None or self._drawn[0] != width:
            self._drawn = (width, safe(self._detail(width)))
        return self._drawn[1]


def _fixed(text: str | Content) -> Detail:
    content = text if isinstance(text, Content) else Content(text)
    return lambda _width: content
