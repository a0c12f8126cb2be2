"""How PyTorch's CUDA caching allocator turns requests into reserved memory, by its own rules.

The rules are those of `c10/cuda/CUDACachingAllocator.cpp` in PyTorch 2.6 to 2.13: sizes rounded to 512
bytes, one pool up to 1 MiB and one above, segments of 2 MiB, 20 MiB or a multiple of 2 MiB, the smallest free
block that is large enough, splitting when enough is left over, and merging of free neighbours.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass

KIB, MIB = 1 << 10, 1 << 20

GRAIN = 512
"""Bytes to which every request is rounded up, and the least that a split leaves over in the small pool."""
SMALL = MIB
"""Largest request of the small pool; the large pool splits a block only when more than this is left over."""
SMALL_SEGMENT = 2 * MIB
MIDDLE_SEGMENT = 20 * MIB
LARGE_FROM = 10 * MIB
"""Requests from here on get a segment of their own size …"""
SEGMENT_GRAIN = 2 * MIB
"""… rounded up to this."""
HIGHEST_ADDRESS = 1 << 60
"""New segments come below all earlier ones, as Linux maps memory from the top down. Of two free blocks of one
size the allocator takes the lower, so that the newer segment is filled first."""

EXPANDABLE_SPAN = 1 << 44
"""Addresses kept for a segment that grows: more than any device has memory."""


class OutOfDeviceMemory(Exception):
    """The device cannot give another segment, even after every unused one was returned."""


@dataclass(slots=True, eq=False)
class Block:
    """A part of a segment; neighbours are parts of the same segment."""

    address: int
    size: int
    small: bool
    free: bool = False
    before: "Block | None" = None
    after: "Block | None" = None

    @property
    def whole(self) -> bool:
        """True when the block is its whole segment."""
        return self.before is None and self.after is None


class CachingAllocator:
    """Blocks and segments of one device and one stream."""

    def __init__(self, capacity: int | None = None, expandable: bool = False) -> None:
        """`capacity` in bytes bounds the reserved memory; `expandable` is `expandable_segments:True`."""
        self.allocated = 0
        """Bytes of blocks in use, what `torch.cuda.memory_allocated` tells."""
        self.reserved = 0
        """Bytes of all segments, what `torch.cuda.memory_reserved` tells."""
        self._capacity = capacity
        self._expandable = expandable
        self._lowest_address = HIGHEST_ADDRESS
        self._pools: dict[bool, list[tuple[int, int, Block]]] = {True: [], False: []}
        self._ends: dict[bool, Block | None] = {True: None, False: None}

    def allocate(self, size: int) -> Block:
        """A block of at least `size` bytes; raises OutOfDeviceMemory."""
        wanted = rounded(size)
        small = wanted <= SMALL
        block = self._best_fit(wanted, small) or self._grown(wanted, small)
        left = block.size - wanted
        if left >= GRAIN if small or self._expandable else left > SMALL:
            self._split(block, wanted)
        block.free = False
        self.allocated += block.size
        return block

    def release(self, block: Block) -> None:
        """Give a block back to its pool, joined with its free neighbours."""
        self.allocated -= block.size
        block.free = True
        for neighbour in (block.before, block.after):
            if neighbour is not None and neighbour.free:
                self._forget(neighbour)
                _join(block, neighbour)
                if self._ends[block.small] is neighbour:
                    self._ends[block.small] = block
        self._keep(block)

    def empty_cache(self) -> None:
        """Return every segment that is not in use, as `torch.cuda.empty_cache` does."""
        for small, pool in self._pools.items():
            for _, _, block in [each for each in pool if each[2].whole and not self._expandable]:
                self._forget(block)
                self.reserved -= block.size
            end = self._ends[small]
            if end is not None and end.free:
                self._unmap(end)

    def _best_fit(self, wanted: int, small: bool) -> Block | None:
        pool = self._pools[small]
        index = bisect_left(pool, (wanted, -1))
        return pool.pop(index)[2] if index < len(pool) else None

    def _grown(self, wanted: int, small: bool) -> Block:
        block = self._new(wanted, small)
        if block is None:
            self._return_enough(segment_size(wanted))
            block = self._new(wanted, small)
        if block is None:
            self.empty_cache()
            block = self._new(wanted, small)
        if block is None:
            raise OutOfDeviceMemory(f"{wanted} bytes do not fit beside {self.reserved}")
        return block

    def _new(self, wanted: int, small: bool) -> Block | None:
        """A fresh segment, or the last one grown; None when the device is full."""
        end = self._ends[small]
        size = segment_size(wanted)
        if self._expandable:
            step = SMALL_SEGMENT if small else MIDDLE_SEGMENT
            missing = wanted - (end.size if end is not None and end.free else 0)
            size = -(-missing // step) * step
        if self._capacity is not None and self.reserved + size > self._capacity:
            return None
        if end is None or not self._expandable:
            # Never directly below another segment, so that no two of them look like neighbours, and an
            # expandable one has room to grow.
            self._lowest_address -= EXPANDABLE_SPAN if self._expandable else size + SEGMENT_GRAIN
        block = Block(self._lowest_address, size, small, True)
        self.reserved += size
        if not self._expandable:
            return block
        self._ends[small] = block
        if end is None:
            return block
        block.address = end.address + end.size
        if not end.free:
            end.after, block.before = block, end
            return block
        self._forget(end)
        end.size += block.size
        self._ends[small] = end
        return end

    def _split(self, block: Block, wanted: int) -> None:
        rest = Block(block.address + wanted, block.size - wanted, block.small, True, block, block.after)
        if block.after is not None:
            block.after.before = rest
        block.after, block.size = rest, wanted
        if self._ends[block.small] is block:
            self._ends[block.small] = rest
        self._keep(rest)

    def _return_enough(self, needed: int) -> None:
        """Return the smallest unused segment of at least `needed` bytes, if there is one."""
        whole = [each for each in self._pools[False] if each[2].whole and each[0] >= needed]
        if whole and not self._expandable:
            self._forget(whole[0][2])
            self.reserved -= whole[0][0]

    def _unmap(self, end: Block) -> None:
        """Give back the whole pages at the free end of an expandable segment."""
        step = SMALL_SEGMENT if end.small else MIDDLE_SEGMENT
        pages = end.size // step * step
        self._forget(end)
        self.reserved -= pages
        end.size -= pages
        if end.size:
            self._keep(end)
            return
        self._ends[end.small] = end.before
        if end.before is not None:
            end.before.after = None

    def _keep(self, block: Block) -> None:
        insort(self._pools[block.small], (block.size, block.address, block))

    def _forget(self, block: Block) -> None:
        pool = self._pools[block.small]
        pool.pop(bisect_left(pool, (block.size, block.address)))


def rounded(size: int) -> int:
    """Bytes that a request of `size` bytes takes at least."""
    return max(GRAIN, -(-size // GRAIN) * GRAIN)


def segment_size(wanted: int) -> int:
    """Bytes that are asked of the device when no free block is large enough for `wanted`."""
    if wanted <= SMALL:
        return SMALL_SEGMENT
    if wanted < LARGE_FROM:
        return MIDDLE_SEGMENT
    return -(-wanted // SEGMENT_GRAIN) * SEGMENT_GRAIN


def _join(block: Block, neighbour: Block) -> None:
    block.size += neighbour.size
    if neighbour is block.before:
        block.address, block.before = neighbour.address, neighbour.before
        if block.before is not None:
            block.before.after = block
    else:
        block.after = neighbour.after
        if block.after is not None:
            block.after.before = block
