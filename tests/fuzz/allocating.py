"""The replayed allocator: whatever is asked of it, blocks never overlap and no byte is lost."""

import itertools

from heuristics.memory.allocator import Block, CachingAllocator, OutOfDeviceMemory
from heuristics.memory.trace import Trace, replay
from tests.fuzz.draw import Draw

SIZES = (0, 1, 511, 512, 513, 1 << 20, (1 << 20) + 1, 2 << 20, 10 << 20, (10 << 20) - 1, 19 << 20, 1 << 33)


def allocate(data: bytes) -> None:
    """Drawn requests and releases through the allocator, looked at after each, and then through a replay."""
    draw = Draw(data)
    capacity = draw.one_of((None, 64 << 20, 1 << 30, 20 << 20))
    expandable = bool(draw.below(2))
    allocator, held, trace = CachingAllocator(capacity, expandable), list[tuple[int, Block]](), Trace()
    trace.begin("loading")
    while draw.left and len(trace.events) < 200:
        match draw.below(8):
            case 0 if held:
                number, block = held.pop(draw.below(len(held)))
                allocator.release(block)
                trace.release(number)
            case 1 if held:
                number, block = held.pop()
                allocator.release(block)
                trace.release(number)
            case 2:
                allocator.empty_cache()
                trace.empty_cache()
            case 3:
                trace.begin("step")
            case _:
                size = draw.one_of(SIZES) if draw.below(2) else draw.below(1 << 25)
                number = trace.allocate(size, "activations")
                try:
                    held.append((number, allocator.allocate(size)))
                except OutOfDeviceMemory:
                    assert capacity is not None
                    trace.events.pop()
                    break
        _sound(allocator, [block for _, block in held], capacity)
    again = replay(trace, capacity, expandable)
    assert again.allocated <= again.reserved
    assert sum(size for _, size in again.parts) >= 0


def _sound(allocator: CachingAllocator, held: list[Block], capacity: int | None) -> None:
    assert allocator.allocated == sum(block.size for block in held) <= allocator.reserved
    assert capacity is None or allocator.reserved <= capacity
    free = [block for pool in allocator._pools.values() for _, _, block in pool]
    for pool in allocator._pools.values():
        assert [(size, address) for size, address, _ in pool] == sorted((s, a) for s, a, _ in pool)
        assert all(block.size == size and block.address == address for size, address, block in pool)
    blocks = sorted((*held, *free), key=lambda block: block.address)
    assert allocator.reserved == sum(block.size for block in blocks)
    for lower, upper in itertools.pairwise(blocks):
        assert lower.address + lower.size <= upper.address
    for block in blocks:
        assert block.size > 0
        for neighbour in (block.before, block.after):
            assert neighbour is None or not (neighbour.free and block.free), "free neighbours were not joined"
        assert block.after is None or block.after.before is block
