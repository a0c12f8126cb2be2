"""The window while a corner of it is dragged: sizes come faster than they can be laid out."""

import math
import time
from collections.abc import Callable

from textual.events import Resize

EVERY = 0.25
"""Seconds between two layouts: one takes up to 50 ms, in which keys wait."""


class Dragging:
    """Lets one size through at a time; the last one always comes through."""

    def __init__(
        self, later: Callable[[float, Callable[[], None]], object], tell: Callable[[Resize], object]
    ) -> None:
        self._later, self._tell = later, tell
        self._taken = -math.inf
        """When a size was let through last, seconds of the monotonic clock."""
        self._held: Resize | None = None
        self._told: Resize | None = None

    def holds(self, event: Resize) -> bool:
        """True for a size that is told again later, or that a newer one has overtaken."""
        now = time.monotonic()
        wait = self._taken + EVERY - now
        if wait <= 0:
            self._taken = now
            return False
        if event is not self._told:
            if self._held is None:
                self._later(wait, self._tell_again)
            self._held = event
        return True

    def _tell_again(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            # Not the same event: what was kept from it once is kept from it for ever.
            self._told = Resize(held.size, held.virtual_size, held.container_size, held.pixel_size)
            self._tell(self._told)
