"""Worker processes that digest parts of a file, with their results in the order of the parts."""

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.context import BaseContext

from advisor.work.data.checks.batch import BatchCheck
from advisor.work.data.limits import data_limits
from advisor.work.data.scan.account import Part
from advisor.work.data.scan.digest import Digest
from advisor.work.data.scan.parts import Share
from advisor.work.data.scan.tokens import TokenCounter, TokenPlan
from heuristics.facts.data import FormatFacts

_ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
_IMPORTED = (
    "advisor.work.data.checks.all",
    *("polars", "numpy", "xxhash", "ftfy", "fasttext", "jinja2.sandbox", "regex", "tokenizers"),
)
"""What the processes need: importing it takes half a second of processor time."""
_WAITING = 2
"""Parts that wait for each process: enough to keep it busy, few enough to bound memory."""


class _Work:
    """What a process keeps between parts."""

    def __init__(
        self, format_: FormatFacts, checks: Sequence[BatchCheck], plan: TokenPlan | None, every: int
    ) -> None:
        self._format = format_
        self._checks = checks
        self._every = every
        self._counter = TokenCounter(plan) if plan is not None else None

    def part(self, share: Share) -> Part:
        """One part, digested."""
        part = Digest(self._format, self._checks, self._counter, self._every).rows(share.rows())
        part.position = share.position
        return part


_WORK: list[_Work] = []


def digested(
    shares: Iterable[Share],
    workers: int,
    format_: FormatFacts,
    checks: Sequence[BatchCheck],
    plan: TokenPlan | None,
    every: int = 1,
) -> Iterator[Part]:
    """The parts in their order; with one worker they are digested here, without another process.

    Slow checks look at one of `every` rows.
    """
    if workers < 2:
        work = _Work(format_, checks, plan, every)
        yield from map(work.part, shares)
        return
    with _pool(workers, (format_, tuple(checks), plan, every)) as pool:
        waiting: deque[Future[Part]] = deque()
        for share in shares:
            waiting.append(pool.submit(_part, share))
            if len(waiting) > workers * _WAITING:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())


def workers_for(size: int) -> int:
    """Processes for a file of `size` bytes: as many as there are cores, one for a small file."""
    limits = data_limits().scan
    if size < limits.alone_bytes:
        return 1
    return max(1, min(cores(), limits.workers, size // limits.part_bytes + 1))


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def get_ready(size: int) -> None:
    """Let what processes for a file of `size` bytes need be imported beside other work, where it will be."""
    context = _context()
    if workers_for(size) < 2 or context.get_start_method() != "forkserver":
        return
    from multiprocessing.forkserver import ensure_running

    with _one_thread():
        ensure_running()


@contextmanager
def _pool(
    workers: int, work: tuple[FormatFacts, tuple[BatchCheck, ...], TokenPlan | None, int]
) -> Iterator[ProcessPoolExecutor]:
    """Processes that share no thread with this one: polars' threads do not survive a fork.

    They are ended at once on any error.
    """
    with _one_thread():
        pool = ProcessPoolExecutor(workers, _context(), _begin, work)
        known = {each.pid for each in multiprocessing.active_children()}
        try:
            yield pool
        except BaseException:
            for each in multiprocessing.active_children():
                if each.pid not in known:
                    with suppress(OSError):
                        each.kill()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that are started inside keep to one thread each."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _context() -> BaseContext:
    """Forks of a server that has imported everything and run nothing; new processes where there is none."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


def _begin(format_: FormatFacts, checks: tuple[BatchCheck, ...], plan: TokenPlan | None, every: int) -> None:
    _WORK[:] = [_Work(format_, checks, plan, every)]
    gc.freeze()  # what was imported is not looked through for garbage again and again


def _part(share: Share) -> Part:
    return _WORK[0].part(share)


def _result(future: Future[Part]) -> Part:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise MemoryError("a process that reads the file was ended, most likely out of memory") from error
