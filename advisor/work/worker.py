"""The worker: does one job in its own process and says so in events."""

import faulthandler
import os
import platform
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from advisor.errors import Stopped
from advisor.events import Done, Started
from advisor.specs import (
    CleanTask,
    EchoTask,
    ExportTask,
    JobSpec,
    PilotTask,
    ProbeTask,
    ProfileTask,
    SimulateTask,
)
from advisor.work.emit import Emitter
from advisor.work.outcome import failure_of
from advisor.work.start import read_spec

SPINS = "10000"
"""Turns of the loop in which a thread of libgomp waits before it sleeps; its own default is 300,000."""


def main() -> int:
    """Run the job that standard input describes; return 0 when it was done."""
    spec = read_spec()
    _die_with_the_guard()
    wait_briefly()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    faulthandler.enable()
    emitter = Emitter(Path())
    try:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        emitter.emit(Started(job=spec.task.job, pid=os.getpid(), time=now))
        _job_of(spec)(spec, emitter)
        emitter.emit(Done(seconds=round(emitter.elapsed, 3)))
    except BaseException as error:  # noqa: BLE001, the boundary of the job: all becomes one event
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        traceback.print_exc()
        emitter.emit(failure_of(error))
        return 1
    return 0


def wait_briefly() -> None:
    """Let OpenMP's threads soon sleep when they wait, unless the user said how; read when torch is loaded.

    Threads that wait in a loop take the core from the one they wait for. A short loop costs 5 % on an idle
    machine and trains twice as fast beside other work (benchmarks/results/waiting.json).
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def _job_of(spec: JobSpec) -> Callable[[JobSpec, Emitter], None]:
    """The function that does this job; imported here because each pulls in its own heavy libraries."""
    match spec.task:
        case ProbeTask():
            from advisor.work.probe import probe

            return probe
        case ProfileTask():
            from advisor.work.data.profile import profile

            return profile
        case PilotTask():
            from advisor.work.pilot.pilot import pilot

            return pilot
        case ExportTask():
            from advisor.work.data.export import export

            return export
        case SimulateTask():
            from advisor.work.simulate.simulate import simulate

            return simulate
        case CleanTask():
            from advisor.work.clean.clean import clean

            return clean
        case EchoTask():
            from advisor.work.echo import echo

            return echo


def _stop(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped("Stopped")


def _die_with_the_guard() -> None:
    """End the whole process group when the guard is gone, even when it was killed."""
    if platform.system() == "Linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    threading.Thread(target=_watch_guard, name="guard watch", daemon=True).start()


def _watch_guard() -> None:
    while os.read(0, 4096):
        continue
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
