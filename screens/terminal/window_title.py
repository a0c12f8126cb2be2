"""The title of the terminal's window and the progress on its task bar, where the terminal has them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from advisor.text import one_line

if TYPE_CHECKING:
    from advisor.case import Case
    from screens.state.live import Live

_NO_TITLE = ("linux", "dumb", "vt100", "vt220")
"""Terminals that print the sequence, or have no window."""
_BARS = ("WT_SESSION", "ConEmuPID", "GHOSTTY_RESOURCES_DIR")
"""Set by terminals that show progress; others take the same sequence for a notification."""
_KEEP, _GIVE_BACK = "\x1b[22;0t", "\x1b[23;0t"


class WindowTitle:
    """Writes only when the words change: at most once a percent."""

    def __init__(self, write: Callable[[str], object], environment: Mapping[str, str]) -> None:
        self._write = write
        self._titled = environment.get("TERM", "dumb") not in _NO_TITLE
        self._barred = any(name in environment for name in _BARS)
        self._shown = ""

    def show(self, case: "Case", live: "Live | None") -> None:
        """Name the case and, while a job runs, how far it is."""
        if not self._titled:
            return
        words = title(case, live)
        if words == self._shown:
            return
        first = "" if self._shown else _KEEP
        self._shown = words
        self._write(f"{first}\x1b]0;{words}\x07{self._bar(live)}")

    def give_back(self) -> None:
        """The title that the window had before."""
        if self._shown:
            self._write(f"{self._bar(None)}{_GIVE_BACK}")
            self._shown = ""

    def _bar(self, live: "Live | None") -> str:
        if not self._barred:
            return ""
        done = percent(live)
        return "\x1b]9;4;0\x07" if done is None else f"\x1b]9;4;1;{done}\x07"


def title(case: "Case", live: "Live | None") -> str:
    """One line such as “advisor: tickets, pilot 45 %”."""
    name = one_line(case.name, 40)
    if live is None or not live.running:
        return f"advisor: {name}"
    done = percent(live)
    return f"advisor: {name}, {live.job}" + ("" if done is None else f" {done} %")


def percent(live: "Live | None") -> int | None:
    """How much of the present phase is done, None when not known or nothing runs."""
    if live is None or not live.running or live.progress is None or live.progress.total <= 0:
        return None
    return max(0, min(100, int(100 * live.progress.done / live.progress.total)))
