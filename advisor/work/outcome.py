"""What went wrong, as one of the seven kinds of failure a person can act on."""

import errno
import signal
from pathlib import Path

from advisor.errors import AdvisorError, BadData, BadModel, NoSpace, OutOfMemory, Stopped
from advisor.events import Failed, FailureKind
from advisor.text import one_line, plain

ADVICE: dict[FailureKind, str] = {
    "out_of_memory": "Choose a smaller micro-batch, a shorter sequence length or a smaller model.",
    "killed": "Start it again: finished parts are kept. If it happens twice, look for a memory limit.",
    "bad_data": "Open the Data step and look at the finding.",
    "bad_model": "Choose another model, or repair the model's folder.",
    "no_space": "Free some disk space and start again.",
    "crashed": "Read log.txt in the run's folder; start again when the cause is gone.",
    "stopped": "Start it again: a pilot goes on where it was, anything else from its beginning.",
}

_MEMORY_WORDS = ("out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory")
_SPACE_WORDS = ("no space left", "unexpected pos", "disk quota exceeded")


def failure_of(error: BaseException) -> Failed:
    """The failure that an exception in the worker means."""
    kind = _kind(error)
    do = error.do if isinstance(error, AdvisorError) and error.do else ADVICE[kind]
    said = isinstance(error, AdvisorError | Stopped)
    message = str(error) if said else f"{type(error).__name__}: {error}"
    return Failed(failure=kind, message=one_line(message, 300), do=do)


def _kind(error: BaseException) -> FailureKind:
    match error:
        case Stopped() | KeyboardInterrupt():
            return "stopped"
        case NoSpace():
            return "no_space"
        case BadData():
            return "bad_data"
        case BadModel():
            return "bad_model"
        case MemoryError() | OutOfMemory():
            return "out_of_memory"
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return "no_space"
    words = str(error).lower()
    if "outofmemory" in type(error).__name__.lower() or any(each in words for each in _MEMORY_WORDS):
        return "out_of_memory"
    if any(each in words for each in _SPACE_WORDS):
        return "no_space"
    return "crashed"


def failure_of_exit(returncode: int, stopping: bool, oom_kills: int, tail: str) -> Failed:
    """The failure that a worker's silent end means, from its exit status."""
    kind: FailureKind = "crashed"
    message = f"The job ended with exit code {returncode} and no result"
    if stopping:
        kind, message = "stopped", "Stopped"
    elif oom_kills > 0 or (returncode == -signal.SIGKILL and "memory" in tail[-400:].lower()):
        kind, message = "out_of_memory", "The system ended the job because memory ran out"
    elif returncode == -signal.SIGKILL:
        kind, message = "killed", "The job was killed by another program or by the system's memory guard"
    elif returncode < 0:
        name = signal.Signals(-returncode).name
        kind = "killed" if returncode in (-signal.SIGTERM, -signal.SIGHUP) else "crashed"
        message = f"The job ended by signal {name}"
    return Failed(failure=kind, message=message, do=ADVICE[kind], tail=plain(tail))


def oom_kills() -> int:
    """Processes of this cgroup that the kernel ended for lack of memory so far; 0 when it does not say."""
    try:
        text = Path("/sys/fs/cgroup/memory.events").read_text(encoding="ascii")
    except OSError:
        return 0
    counts = dict(line.split() for line in text.splitlines() if len(line.split()) == 2)
    return int(counts.get("oom_kill", "0"))
