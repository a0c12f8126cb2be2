"""What the recorder writes down for single operations, against what PyTorch is known to allocate."""

from collections.abc import Callable

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from advisor.work.simulate.recorder import Recorder
from heuristics.memory.trace import Trace

NUMBERS = 1 << 16


def _recorded() -> tuple[Trace, Recorder]:
    trace = Trace()
    return trace, Recorder(trace, None, vocabulary=7)


def _leaf(recorder: Recorder, trace: Trace) -> torch.nn.Parameter:
    plain = torch.empty(NUMBERS, device="meta")
    return torch.nn.Parameter(recorder.adopted(plain, torch.float32, trace.allocate(4 * NUMBERS, "weights")))


def _used_twice(source: torch.Tensor) -> torch.Tensor:
    twice = source * 2.0
    return twice * 3.0 + twice * 5.0


def _used_thrice(source: torch.Tensor) -> torch.Tensor:
    twice = source * 2.0
    return twice * 3.0 + twice * 5.0 + twice


def _with_rows(source: torch.Tensor) -> torch.Tensor:
    rows = (source * 2.0).view(4, -1)
    return rows.exp() * rows


@pytest.mark.parametrize("function", [_used_twice, _used_thrice, _with_rows])
def test_as_much_is_allocated_as_in_a_real_backward_pass(
    function: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    trace, recorder = _recorded()
    source = _leaf(recorder, trace)
    with recorder:
        function(source).sum().backward()
    simulated = trace.sizes[1:].count(4 * NUMBERS)
    real = torch.nn.Parameter(torch.zeros(NUMBERS))
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        function(real).sum().backward()
    events = profiler.profiler.kineto_results.events()  # type: ignore[union-attr]
    made = [each for each in events if each.name() == "[memory]" and each.nbytes() == 4 * NUMBERS]
    assert simulated == len(made)


def test_results_that_are_remembered_are_fresh_memory_and_views_are_not() -> None:
    trace, recorder = _recorded()
    source = _leaf(recorder, trace)
    with recorder:
        one, other = source.detach() + 1.0, source.detach() + 1.0
        again, view = one.view(2, -1), one.view(2, -1)
    numbers = [recorder._alive[each.bare.untyped_storage()._cdata] for each in (one, other, again, view)]
    assert numbers[0] != numbers[1]
    assert numbers[0] == numbers[2] == numbers[3]
    assert trace.sizes[1:] == [4 * NUMBERS, 4 * NUMBERS]
