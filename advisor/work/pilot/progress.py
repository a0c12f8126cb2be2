"""How far the pilot is, and how long the rest will take."""

import time
from collections.abc import Callable, Mapping

from advisor.events import Step
from advisor.work.emit import Emitter
from heuristics.facts.experiment import PHASES, Phase

LEAST_PAUSE = 0.2
"""Seconds between two steps of one part: more often than this nobody can read them."""

_PHASES_OF_RUNS: tuple[Phase, ...] = ("rate", "ladder")


class Progress:
    """Turns finished work into Step events with the time left of the whole pilot."""

    def __init__(self, emitter: Emitter, foretold: Mapping[Phase, float] | None = None) -> None:
        self._emitter = emitter
        self._predicted: Mapping[Phase, float] = dict(foretold or {})
        self._phase: Phase = "proof"
        self._began = time.monotonic()
        self._last = 0.0
        self._done = 0.0

    def expect(self, seconds: Mapping[Phase, float]) -> None:
        """Set how long each phase is predicted to take."""
        self._predicted = dict(seconds)

    def begin(self, phase: Phase) -> None:
        """Enter a phase."""
        self._phase, self._began, self._done = phase, time.monotonic(), 0.0

    def part(self, text: str, seconds: float, units: float) -> Callable[[float], None]:
        """Begin a part of the phase predicted to take `seconds`; the answer is called with units done."""
        before = self._done
        whole = max(self._predicted.get(self._phase, 0.0), before + seconds, 1e-9)
        self._done = before + seconds
        self._say(before / whole, 1.0, "", text, force=True)

        def tick(done: float) -> None:
            self._say((before + seconds * min(done / max(units, 1e-9), 1.0)) / whole, 1.0, "", text)

        return tick

    def steps(self, done: int, total: int, text: str) -> None:
        """Say that `done` of `total` training steps are done."""
        self._say(done, total, "steps", text, force=done in (0, total))

    def _say(self, done: float, total: float, unit: str, text: str, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._last < LEAST_PAUSE:
            return
        self._last = now
        left = self._seconds_left(done / total if total else 0.0, now)
        self._emitter.emit(
            Step(phase=self._phase, done=round(done, 4), total=total, unit=unit, seconds_left=left, text=text)
        )

    def _seconds_left(self, share: float, now: float) -> float | None:
        """The rest of this phase, and the later phases as predicted.

        A phase of one kind of work goes on at its own pace once that is known; in a phase of several runs the
        steps of one run say nothing about the others, so the prediction stays.
        """
        if not self._predicted:
            return None
        later = sum(self._predicted.get(each, 0.0) for each in PHASES[PHASES.index(self._phase) + 1 :])
        predicted, elapsed = self._predicted.get(self._phase, 0.0), now - self._began
        if self._phase in _PHASES_OF_RUNS:
            rest = max(0.0, predicted - elapsed)
        else:
            rest = elapsed / share * (1 - share) if share > 0.1 else predicted * (1 - share)
        return round(later + rest, 1)
