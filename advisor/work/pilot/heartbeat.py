"""Notices when a training run falls silent: a thread that looks at the time of the last step."""

import faulthandler
import sys
import threading
import time
from collections.abc import Callable

from advisor.work.pilot.settings import pilot_settings


class Heartbeat:
    """Calls `alarm` with (seconds of silence, slowest step) once for each silence that is too long."""

    def __init__(self, alarm: Callable[[float, float], None]) -> None:
        self._alarm = alarm
        self._beat = time.monotonic()
        self._slowest = 0.0
        self._told = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._beat = time.monotonic()
        self._thread.start()

    def beat(self) -> None:
        """Something happened: a step or an evaluation."""
        now = time.monotonic()
        self._slowest = max(self._slowest, now - self._beat)
        self._beat, self._told = now, False

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()

    @property
    def patience(self) -> float:
        """Seconds of silence that are too long."""
        settings = pilot_settings().heartbeat
        return max(settings.least_seconds, settings.slow_factor * self._slowest)

    def _watch(self) -> None:
        while not self._over.wait(min(1.0, self.patience / 4)):
            silent = time.monotonic() - self._beat
            if silent > self.patience and not self._told:
                self._told = True
                # The log then says where every thread hangs.
                faulthandler.dump_traceback(file=sys.__stderr__ or sys.stderr, all_threads=True)
                self._alarm(silent, self._slowest)
