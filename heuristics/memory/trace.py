"""The memory of a training run as allocations and releases in order, and what they come to on a device."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from heuristics.memory.allocator import Block, CachingAllocator

Part = Literal["weights", "adapter", "gradients", "optimizer", "activations", "logits", "workspace"]


@dataclass(slots=True)
class Trace:
    """What was allocated and released, in order."""

    sizes: list[int] = field(default_factory=list)
    """Bytes of each allocation, by its number."""
    parts: list[Part] = field(default_factory=list)
    """What each allocation is for."""
    events: list[int] = field(default_factory=list)
    """n + 1 when allocation n is made, -(n + 1) when it is released, 0 when unused memory is returned."""
    phases: list[tuple[int, str]] = field(default_factory=list)
    """Position in `events` at which a phase begins, and its name."""

    def begin(self, phase: str) -> None:
        """What follows belongs to another phase."""
        self.phases.append((len(self.events), phase))

    def allocate(self, size: int, part: Part) -> int:
        """Record an allocation; returns its number."""
        self.sizes.append(size)
        self.parts.append(part)
        self.events.append(len(self.sizes))
        return len(self.sizes) - 1

    def release(self, number: int) -> None:
        """Record the release of an allocation."""
        self.events.append(-(number + 1))

    def passing(self, sizes: Sequence[int], part: Part) -> None:
        """Record memory that is taken and given back at once."""
        for number in [self.allocate(size, part) for size in sizes]:
            self.release(number)

    def empty_cache(self) -> None:
        """Record that unused memory is returned to the device."""
        self.events.append(0)


@dataclass(frozen=True, slots=True)
class PhasePeak:
    """The highest memory within one phase, bytes."""

    name: str
    allocated: int
    reserved: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What a trace comes to."""

    phases: tuple[PhasePeak, ...]
    allocated: int
    """Highest bytes of blocks in use."""
    reserved: int
    """Highest bytes of segments."""
    parts: tuple[tuple[Part, int], ...]
    """Requested bytes by purpose at the moment of the highest use."""


def replay(trace: Trace, capacity: int | None = None, expandable: bool = False) -> Replay:
    """The trace through the caching allocator; raises OutOfDeviceMemory when `capacity` bytes are too few."""
    allocator = CachingAllocator(capacity, expandable)
    blocks: dict[int, Block] = {}
    bounds = [position for position, _ in trace.phases[1:]] + [len(trace.events)]
    peaks: list[PhasePeak] = []
    highest, highest_at, position = 0, 0, 0
    for (_, name), end in zip(trace.phases, bounds, strict=True):
        top, top_reserved = allocator.allocated, allocator.reserved
        for position in range(position, end):  # noqa: B020, the position goes on from phase to phase
            event = trace.events[position]
            if event > 0:
                blocks[event] = allocator.allocate(trace.sizes[event - 1])
                if allocator.allocated > top:
                    top = allocator.allocated
                    if top > highest:
                        highest, highest_at = top, position
                top_reserved = max(top_reserved, allocator.reserved)
            elif event < 0:
                allocator.release(blocks.pop(-event))
            else:
                allocator.empty_cache()
        position = end
        peaks.append(PhasePeak(name, top, top_reserved))
    return Replay(
        phases=tuple(peaks),
        allocated=highest,
        reserved=max((each.reserved for each in peaks), default=0),
        parts=_parts_at(trace, highest_at),
    )


def _parts_at(trace: Trace, position: int) -> tuple[tuple[Part, int], ...]:
    sums: dict[Part, int] = {}
    for event in trace.events[: position + 1]:
        if event:
            number = abs(event) - 1
            part = trace.parts[number]
            sums[part] = sums.get(part, 0) + (trace.sizes[number] if event > 0 else -trace.sizes[number])
    return tuple((part, size) for part, size in sums.items() if size > 0)
