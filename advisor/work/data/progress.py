"""Progress of one phase with the time left, said at most a few times a second."""

import time

from advisor.events import Step
from advisor.work.emit import Emitter

_PAUSE = 0.25
_CERTAIN = 0.5
"""Seconds of work before a forecast is worth showing."""


class Progress:
    """Says how far a phase is; without an emitter it says nothing."""

    def __init__(self, emitter: Emitter | None, phase: str, total: float, unit: str = "") -> None:
        self._emitter = emitter
        self._phase = phase
        self._total = total
        self._unit = unit
        self._began = time.monotonic()
        self._spoke = 0.0

    def at(self, done: float) -> None:
        """Report that `done` of the total is done."""
        now = time.monotonic()
        if self._emitter is None or (now - self._spoke < _PAUSE and done < self._total):
            return
        self._spoke = now
        spent = now - self._began
        left = spent * (self._total - done) / done if done > 0 and spent >= _CERTAIN else None
        self._emitter.emit(
            Step(phase=self._phase, done=done, total=self._total, unit=self._unit, seconds_left=left)
        )
