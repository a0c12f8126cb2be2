"""A job that misbehaves on request, to prove that the others may."""

import errno
import os
import sys
import threading
import time

from advisor.errors import BadData
from advisor.events import Note, Step
from advisor.specs import EchoTask, JobSpec
from advisor.work.emit import Emitter


def echo(spec: JobSpec, emitter: Emitter) -> None:
    """Act as the task says, after a line of progress."""
    assert isinstance(spec.task, EchoTask)
    task = spec.task
    emitter.emit(Step(phase="echo", done=1, total=2, unit="steps"))
    match task.act:
        case "finish":
            time.sleep(task.seconds)
            emitter.emit(Note(text="finished as told"))
        case "garbage":
            os.write(1, b"\xff\xfe{not json\n\x1b]52;c;cHduZWQ=\x07\n" * 10)
        case "flood":
            end = time.monotonic() + max(task.seconds, 0.5)
            while time.monotonic() < end:
                os.write(1, b"x" * 65536)
        case "exit":
            os._exit(1)
        case "segfault":
            import ctypes

            ctypes.string_at(0)
        case "hang":
            time.sleep(max(task.seconds, 3600.0))
        case "deadlock":
            _wait_for_itself()
        case "linger":
            threading.Thread(target=time.sleep, args=(max(task.seconds, 3600.0),)).start()
        case "raise":
            raise BadData("the data is bad, as told")
        case "memory":
            raise MemoryError("as told")
        case "no_space":
            raise OSError(errno.ENOSPC, "No space left on device")
    sys.stdout.flush()


def _wait_for_itself() -> None:
    """Wait for a lock of our own with the interpreter's lock held: no Python code runs here again."""
    import ctypes

    library, mutex = ctypes.PyDLL(None), ctypes.create_string_buffer(128)
    library.pthread_mutex_lock(mutex)
    library.pthread_mutex_lock(mutex)
