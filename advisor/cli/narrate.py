"""Progress and notes of jobs on stderr: one updating line in a terminal, sparse lines elsewhere."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from advisor import numbers
from advisor.events import AlarmRaised, Event, FileWritten, Metric, Note, RunEnded, Started, Step
from advisor.text import one_line

PAUSE = 3.0
"""Least seconds between two progress lines in a log file."""
BLINK = 0.1
"""Least seconds between two updates of the line in a terminal."""


class Narrator:
    """Says what happens while it happens; never touches stdout."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._live = stream.isatty()
        self._next = 0.0
        self._open_line = False

    def say(self, text: str) -> None:
        """One line that stays."""
        self._clear()
        self._write(one_line(text, 400) + "\n")

    def hear(self, event: Event) -> None:
        """Tell one event of a job, or leave it out when there is nothing to say or it is too soon."""
        match event:
            case Started(job=job):
                self._next = 0.0
                self.say(f"{job} started")
            case Note(text=text, level=level):
                self.say(f"warning: {text}" if level == "warning" else text)
            case AlarmRaised(alarm=alarm):
                self.say(f"alarm: {alarm.text}. {alarm.do}")
            case RunEnded(run=run):
                best = "" if run.best_heldout is None else f", held-out loss {run.best_heldout:.3f}"
                self.say(
                    f"{run.phase} run {run.id}: {run.steps} steps in {numbers.duration(run.seconds)}{best}"
                )
            case FileWritten(path=path, rows=rows):
                self.say(f"wrote {path}" + ("" if rows is None else f" ({numbers.count(rows)} rows)"))
            case Step():
                self._progress(_step_words(event))
            case Metric(run=run, step=step, total_steps=total, values=values):
                shown = ", ".join(f"{_METRICS[key]} {values[key]:.3g}" for key in _METRICS if key in values)
                self._progress(f"{run}: step {step} of {total}, {shown}")
            case _:
                return

    def close(self) -> None:
        """Leave the terminal with a clean line."""
        self._clear()

    def _progress(self, text: str) -> None:
        now = self._clock()
        if now < self._next:
            return
        self._next = now + (BLINK if self._live else PAUSE)
        if not self._live:
            self._write(one_line(text) + "\n")
            return
        width = shutil.get_terminal_size().columns
        self._write("\r\x1b[K" + one_line(text, max(10, width - 1)))
        self._open_line = True

    def _clear(self) -> None:
        if self._open_line:
            self._write("\r\x1b[K")
            self._open_line = False

    def _write(self, text: str) -> None:
        # A reader of stderr that went away must not end a pilot.
        with suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()


_METRICS = {"loss": "loss", "heldout_loss": "held-out loss", "perplexity": "perplexity"}


def _step_words(step: Step) -> str:
    parts = [step.phase.replace("_", " ")]
    if step.total > 0:
        done = numbers.size(step.done) if step.unit == "bytes" else numbers.count(step.done)
        parts.append(f"{done} of {_amount(step.total, step.unit)}")
    elif step.done > 0:
        parts.append(_amount(step.done, step.unit))
    if step.text:
        parts.append(step.text)
    if step.seconds_left is not None:
        parts.append(f"about {numbers.duration(step.seconds_left)} left")
    return ", ".join(parts)


def _amount(value: float, unit: str) -> str:
    return numbers.size(value) if unit == "bytes" else f"{numbers.count(value)} {unit}".rstrip()
