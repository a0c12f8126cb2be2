"""A trace and what it comes to."""

from heuristics.memory.allocator import MIB
from heuristics.memory.trace import Trace, replay


def _example() -> Trace:
    trace = Trace()
    trace.begin("loading")
    trace.allocate(30 * MIB, "weights")
    trace.begin("forward")
    kept = trace.allocate(40 * MIB, "activations")
    trace.passing([12 * MIB], "logits")
    trace.begin("backward")
    trace.release(kept)
    trace.allocate(10 * MIB, "gradients")
    return trace


def test_each_phase_has_its_own_peak() -> None:
    found = replay(_example())
    assert [(each.name, each.allocated // MIB, each.reserved // MIB) for each in found.phases] == [
        ("loading", 30, 30),
        ("forward", 82, 82),
        ("backward", 70, 82),
    ]


def test_the_parts_are_those_of_the_highest_moment() -> None:
    found = replay(_example())
    assert found.allocated == 82 * MIB
    assert dict(found.parts) == {"weights": 30 * MIB, "activations": 40 * MIB, "logits": 12 * MIB}


def test_returned_memory_is_not_reserved_any_more() -> None:
    trace = _example()
    trace.begin("later")
    trace.empty_cache()
    trace.allocate(30 * MIB, "optimizer")
    assert replay(trace).phases[-1].reserved == 82 * MIB


def test_an_empty_trace_is_no_memory() -> None:
    trace = Trace()
    trace.begin("loading")
    assert (replay(trace).allocated, replay(trace).reserved) == (0, 0)
