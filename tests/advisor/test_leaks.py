"""Starting and ending jobs in every way leaves no process, descriptor or memory behind."""

from pathlib import Path

import pytest

from benchmarks.leaks import ENDINGS, Held, after_cycles, leaks

pytestmark = pytest.mark.slow


async def test_jobs_that_ended_in_every_way_leave_nothing_behind(tmp_path: Path) -> None:
    held = await after_cycles(2 * len(ENDINGS), tmp_path, warm=len(ENDINGS))
    start, end = held[0], held[-1]
    assert end.cycles - start.cycles == len(ENDINGS)
    assert (end.processes, end.descriptors) == (start.processes, start.descriptors)
    assert not leaks(start, end), (start, end)


def test_what_grows_is_told() -> None:
    start = Held(16, 0, 9, 40_000_000)
    for grown in (
        Held(200, 1, 9, 40_000_000),
        Held(200, 0, 10, 40_000_000),
        Held(200, 0, 9, 60_000_000),
    ):
        assert leaks(start, grown)
    assert not leaks(start, Held(200, 0, 9, 40_100_000))
