"""The last look at what reaches the terminal: nothing that acts on it, and only signs that it can show."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from advisor.glyphs import to_ascii
from advisor.text import plain


class Harmless(LineFilter):
    """Replaces control characters that slipped past the boundary of outside text."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line without them."""
        return [_with_text(each, plain(each.text)) for each in segments]


class AsciiOnly(LineFilter):
    """Draws with ASCII, for terminals that show nothing else."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line, as wide as before."""
        return [_with_text(each, to_ascii(each.text)) for each in segments]


def _with_text(segment: Segment, text: str) -> Segment:
    return segment if segment.control or text == segment.text else segment._replace(text=text)
