"""A list whose cursor is seen without colour."""

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import OptionList


class MarkedList(OptionList):
    """Every option begins with an empty cell; there the row under the cursor has its sign."""

    def render_line(self, y: int) -> Strip:
        """Mark the row under the cursor with a sign, not by colour alone."""
        strip = super().render_line(y)
        lines, place = self._lines, self.scroll_offset.y + y
        if place >= len(lines) or lines[place][0] != self.highlighted or strip.cell_length < 2:
            return strip
        return marked(strip)


def marked(strip: Strip) -> Strip:
    """The line with the cursor's sign in its first cell."""
    first, rest = strip.divide([1, strip.cell_length])
    style = next((segment.style for segment in first), None)
    return Strip([Segment(">", style), *rest], strip.cell_length)
