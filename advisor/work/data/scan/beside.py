"""Work of numpy and scipy, which let other threads run, on several cores at a time."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from advisor.work.data.limits import data_limits
from advisor.work.data.scan.pool import cores

Given = TypeVar("Given")
Made = TypeVar("Made")


def beside(work: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """What `work` makes of each, in their order. Little is taken ahead: memory is bounded."""
    threads = min(cores(), data_limits().scan.workers)
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Made]] = deque()
        for each in given:
            waiting.append(pool.submit(work, each))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
