"""The guard of a job: starts the worker, bounds its output, ends it on request, has the last word."""

import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from advisor.events import EVENTS_FILE, Event, is_last, parse_event
from advisor.files import locked, write_atomic
from advisor.specs import LET_GO, CleanTask, JobSpec, PilotTask, ProfileTask
from advisor.work.emit import Emitter
from advisor.work.light import LIGHT
from advisor.work.log import BoundedLog
from advisor.work.outcome import failure_of_exit, oom_kills
from advisor.work.pilot.attempt import mark_killed
from advisor.work.start import read_spec

GRACE = 2.0
"""Seconds between asking the worker to end and ending it."""
LINGER = 5.0
"""Seconds that a worker may live on after its last word."""
MOST_KILLS = 5
"""Workers killed in their proof that are followed by another: three halvings and two smaller methods."""
RESERVE = ".reserve"
"""A file that is deleted to make room for the last event when the disk is full."""


def main() -> int:
    """Read the specification from standard input, run the job, return 0 when it was done."""
    spec = read_spec()
    # Logs, metrics and checkpoints are for the user alone, as what is written atomically is.
    os.umask(0o077)
    os.chdir(spec.folder)
    with locked(Path("lock")):
        write_atomic(Path("spec.json"), spec.model_dump_json(indent=1))
        return _Guard(spec).run()


class _Guard:
    """Watches one worker until it has ended and the last event is on disk."""

    def __init__(self, spec: JobSpec) -> None:
        self.spec = spec
        self.stop_asked: float | None = None
        self.kills = 0
        self.next_look = 0.0
        self.events_size, self.quiet_since = -1, 0.0
        self.log = BoundedLog(Path())
        self.selector = selectors.DefaultSelector()
        self.emitter = Emitter(Path())
        self.kills_before = oom_kills()

    def run(self) -> int:
        Path(RESERVE).write_bytes(b"\0" * 65536)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if self.spec.lifeline == "stdin":
            self.selector.register(0, selectors.EVENT_READ, "lifeline")
        returncode = self._work()
        while self._may_try_smaller(returncode):
            returncode = self._work()
        self.log.close()
        done = self._last_word(returncode)
        with suppress(FileNotFoundError):
            os.unlink(RESERVE)
        return 0 if done else 1

    def _work(self) -> int:
        """One worker from its start to its end; nothing of its group outlives it."""
        worker = self._start()
        returncode = self._watch(worker)
        _kill_group(worker.pid, signal.SIGKILL)
        self._drain(worker)
        return returncode

    def _may_try_smaller(self, returncode: int) -> bool:
        """True when a pilot was killed while it tried whether its recipe fits: the next worker tries less."""
        if self.stop_asked is not None or returncode != -signal.SIGKILL:
            return False
        task = self.spec.task
        self.kills += 1
        if not isinstance(task, PilotTask) or self.kills > MOST_KILLS:
            return False
        return mark_killed(task.resume or Path("state"))

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false"}
        if isinstance(self.spec.task, ProfileTask | CleanTask):
            environment[LIGHT] = "1"
        if self.spec.offline:
            environment |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
        worker = subprocess.Popen(
            [sys.executable, "-P", "-m", "advisor.work.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            process_group=0,
        )
        assert worker.stdin and worker.stdout
        worker.stdin.write(self.spec.model_dump_json().encode() + b"\n")
        worker.stdin.flush()
        os.set_blocking(worker.stdout.fileno(), False)
        self.selector.register(worker.stdout, selectors.EVENT_READ, "output")
        return worker

    def _watch(self, worker: subprocess.Popen[bytes]) -> int:
        while worker.poll() is None:
            for key, _ in self.selector.select(timeout=0.2):
                if key.data == "output":
                    self._read_output(worker)
                else:
                    self._hear_starter()
            if self.stop_asked is None and self._lingers():
                _kill_group(worker.pid, signal.SIGKILL)
            if self.stop_asked is not None:
                late = time.monotonic() - self.stop_asked > GRACE
                _kill_group(worker.pid, signal.SIGKILL if late else signal.SIGTERM)
        return worker.wait()

    def _lingers(self) -> bool:
        """True when the last word is long said: a thread of a library keeps the worker from ending."""
        now = time.monotonic()
        if now < self.next_look:
            return False
        self.next_look = now + 1.0
        path = Path(EVENTS_FILE)
        if not path.exists() or path.stat().st_size != self.events_size:
            self.events_size, self.quiet_since = path.stat().st_size if path.exists() else 0, now
            return False
        if now - self.quiet_since < LINGER:
            return False
        last = _last_event(path)
        return last is not None and is_last(last)

    def _hear_starter(self) -> None:
        """The starting process let the job go, or died."""
        said = os.read(0, 4096)
        if not said or LET_GO in said:
            self.selector.unregister(0)
        if not said:
            self._ask_to_stop()

    def _read_output(self, worker: subprocess.Popen[bytes]) -> None:
        assert worker.stdout
        try:
            data = os.read(worker.stdout.fileno(), 65536)
        except BlockingIOError:
            return
        if data:
            self.log.write(data)
        else:
            self.selector.unregister(worker.stdout)

    def _drain(self, worker: subprocess.Popen[bytes]) -> None:
        assert worker.stdout
        with suppress(BlockingIOError):
            for _ in range(64):
                data = os.read(worker.stdout.fileno(), 65536)
                if not data:
                    break
                self.log.write(data)
        with suppress(KeyError):
            self.selector.unregister(worker.stdout)
        worker.stdout.close()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._ask_to_stop()

    def _ask_to_stop(self) -> None:
        self.stop_asked = self.stop_asked or time.monotonic()

    def _last_word(self, returncode: int) -> bool:
        """Make sure that exactly one final event stands in the file; True when it says done."""
        last = _last_event(Path(EVENTS_FILE))
        if last is None or not is_last(last):
            kills = oom_kills() - self.kills_before
            last = failure_of_exit(returncode, self.stop_asked is not None, kills, self.log.tail)
            try:
                self.emitter.emit(last)
            except OSError:
                os.unlink(RESERVE)
                self.emitter.emit(last)
        return last.kind == "done"


def _last_event(path: Path) -> Event | None:
    """The newest whole event in the file, looking at its last 256 KiB."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - (1 << 18)))
        lines = file.read().splitlines()
    return next((event for line in reversed(lines) if (event := parse_event(line)) is not None), None)


def _kill_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(main())
