"""A file layer that fails: the k-th write, sync or rename of an operation raises, writes half, or kills."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

import pytest

from advisor.errors import AdvisorError

Fault = Literal["no space", "input/output error", "short write", "kill"]
FAULTS: tuple[Fault, ...] = ("no space", "input/output error", "short write", "kill")
KILLED = 77
_CALLS = ("write", "fsync", "replace", "rename", "fchmod")


class _Counter:
    def __init__(self, at: int, fault: Fault) -> None:
        self.left = at
        self.fault = fault
        self.struck = False

    def call(self, real: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        self.left -= 1
        if self.left != 0:
            return real(*arguments, **options)
        self.struck = True
        if self.fault == "short write" and real.__name__ == "write":
            data = bytes(arguments[-1])
            real(*arguments[:-1], data[: len(data) // 2])
        if self.fault == "kill":
            os._exit(KILLED)
        number = errno.EIO if self.fault == "input/output error" else errno.ENOSPC
        raise OSError(number, os.strerror(number))


class _File:
    """An open file whose writes are counted."""

    def __init__(self, file: Any, counter: _Counter) -> None:
        self._file, self._counter = file, counter

    def __enter__(self) -> "_File":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        return cast(int, self._counter.call(self._file.write, data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextmanager
def failing(at: int, fault: Fault) -> Iterator[_Counter]:
    """Let the `at`-th file call fail, 1 being the first; `struck` says whether it came to that."""
    counter = _Counter(at, fault)
    with pytest.MonkeyPatch.context() as patch:
        for name in _CALLS:
            real = getattr(os, name)
            patch.setattr(os, name, _counted(counter, real))
        fdopen, mkstemp = os.fdopen, tempfile.mkstemp
        patch.setattr(os, "fdopen", lambda *given, **options: _File(fdopen(*given, **options), counter))
        patch.setattr(tempfile, "mkstemp", _counted(counter, mkstemp))
        yield counter


def _counted(counter: _Counter, real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **options: counter.call(real, *given, **options)


def strike_everywhere(operation: Callable[[], object], fault: Fault, after: Callable[[], None]) -> int:
    """Run `operation` with a fault at its first file call, its second, and so on until none is left.

    `after` judges what each fault left behind. Returns the number of faults that struck.
    """
    for at in range(1, 10_000):
        struck = _killed_at(operation, at) if fault == "kill" else _failed_at(operation, at, fault)
        after()
        if not struck:
            return at - 1
    raise AssertionError("the operation never came to its end")


def _failed_at(operation: Callable[[], object], at: int, fault: Fault) -> bool:
    with failing(at, fault) as counter:
        try:
            operation()
        except (OSError, AdvisorError):
            assert counter.struck, "it failed without a fault"
            return True
    return counter.struck


def _killed_at(operation: Callable[[], object], at: int) -> bool:
    child = os.fork()
    if child == 0:
        with failing(at, "kill"):
            try:
                operation()
            finally:
                os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED
