"""Starts a terminal program in a pseudo-terminal and times its first paint."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ALT_SCREEN = b"\x1b[?1049h"
ROWS, COLUMNS = 24, 80
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Paint:
    """Seconds from the start of the process, unless it says otherwise."""

    alt_screen: float
    """First byte of the alternate screen."""
    shown: float
    """The chunk that shows the awaited text arrived."""
    processor: float
    """Processor time until then, of the program and of nothing else."""


def time_first_paint(
    command: Sequence[str], text: bytes, environment: Mapping[str, str], folder: Path
) -> Paint:
    """Run `command` in an 80×24 terminal until `text` shows; raises TimeoutError when it never does."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe(command[0], list(command), {**environment, "TERM": "xterm-256color"})
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        alt_screen, first_paint = _watch(terminal, text, began)
    finally:
        os.kill(pid, signal.SIGKILL)
        used = os.wait4(pid, 0)[2]
        os.close(terminal)
    return Paint(alt_screen, first_paint, used.ru_utime + used.ru_stime)


def _watch(terminal: int, text: bytes, began: float) -> tuple[float, float]:
    """When the alternate screen began, and when it showed `text`."""
    seen = b""
    alt_screen = 0.0
    while time.perf_counter() - began < PATIENCE:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            seen += os.read(terminal, 65536)
        except OSError as error:
            raise TimeoutError(f"the program ended before it showed {text!r}: {seen[-300:]!r}") from error
        now = time.perf_counter() - began
        if not alt_screen and ALT_SCREEN in seen:
            alt_screen = now
        if alt_screen and text in seen[seen.index(ALT_SCREEN) :]:
            return alt_screen, now
    raise TimeoutError(f"{text!r} was never shown")
