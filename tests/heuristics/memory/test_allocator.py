"""The caching allocator's rules, each against a case worked out by hand."""

import pytest

from heuristics.memory.allocator import MIB, CachingAllocator, OutOfDeviceMemory, rounded, segment_size


@pytest.mark.parametrize(
    ("asked", "taken"), [(1, 512), (512, 512), (513, 1024), (MIB - 1, MIB), (3 * MIB + 7, 3 * MIB + 512)]
)
def test_requests_are_rounded_up_to_512_bytes(asked: int, taken: int) -> None:
    assert rounded(asked) == taken


@pytest.mark.parametrize(
    ("wanted", "segment"),
    [
        (512, 2 * MIB),
        (MIB, 2 * MIB),
        (MIB + 512, 20 * MIB),
        (10 * MIB - 512, 20 * MIB),
        (10 * MIB, 10 * MIB),
        (11 * MIB, 12 * MIB),
    ],
)
def test_segments_are_2_or_20_mib_or_a_multiple_of_2(wanted: int, segment: int) -> None:
    assert segment_size(wanted) == segment


def test_small_and_large_requests_come_from_different_segments() -> None:
    allocator = CachingAllocator()
    allocator.allocate(MIB)
    allocator.allocate(2 * MIB)
    assert allocator.reserved == 22 * MIB


def test_the_rest_of_a_small_block_is_used_down_to_512_bytes() -> None:
    allocator = CachingAllocator()
    allocator.allocate(MIB)
    allocator.allocate(MIB - 512)
    allocator.allocate(512)
    assert (allocator.allocated, allocator.reserved) == (2 * MIB, 2 * MIB)


def test_a_large_block_is_split_only_when_more_than_1_mib_is_left() -> None:
    allocator = CachingAllocator()
    allocator.allocate(19 * MIB)
    assert (allocator.allocated, allocator.reserved) == (20 * MIB, 20 * MIB), (
        "19 rounds up to a segment of 20"
    )
    allocator = CachingAllocator()
    first = allocator.allocate(20 * MIB)
    allocator.release(first)
    allocator.allocate(18 * MIB)
    assert allocator.allocated == 18 * MIB


def test_three_of_six_and_a_half_mib_fill_a_middle_segment_and_count_its_rest() -> None:
    allocator = CachingAllocator()
    size = int(6.5625 * MIB)
    for _ in range(3):
        allocator.allocate(size)
    assert allocator.reserved == 20 * MIB
    assert allocator.allocated == 20 * MIB, "the last block keeps the 0.3 MiB that nobody else may have"


def test_the_smallest_block_that_is_large_enough_is_taken() -> None:
    allocator = CachingAllocator()
    blocks = [allocator.allocate(size * MIB) for size in (40, 12, 30)]
    for block in blocks:
        allocator.release(block)
    again = allocator.allocate(11 * MIB + 512 * 1024)
    assert again.address == blocks[1].address


def test_free_neighbours_become_one_block() -> None:
    allocator = CachingAllocator()
    blocks = [allocator.allocate(5 * MIB) for _ in range(4)]
    assert allocator.reserved == 20 * MIB
    for index in (0, 2, 1):
        allocator.release(blocks[index])
    allocator.allocate(15 * MIB)
    assert allocator.reserved == 20 * MIB


def test_a_hole_between_two_blocks_in_use_is_lost_to_a_larger_request() -> None:
    allocator = CachingAllocator()
    blocks = [allocator.allocate(5 * MIB) for _ in range(4)]
    allocator.release(blocks[0])
    allocator.release(blocks[2])
    allocator.allocate(10 * MIB)
    assert allocator.reserved == 30 * MIB


def test_emptying_the_cache_returns_whole_segments_only() -> None:
    allocator = CachingAllocator()
    whole, part = allocator.allocate(30 * MIB), allocator.allocate(5 * MIB)
    other = allocator.allocate(5 * MIB)
    allocator.release(whole)
    allocator.release(part)
    allocator.empty_cache()
    assert allocator.reserved == 20 * MIB
    allocator.release(other)
    allocator.empty_cache()
    assert allocator.reserved == 0


def test_a_full_device_gives_unused_segments_back_before_it_fails() -> None:
    allocator = CachingAllocator(capacity=100 * MIB)
    first = allocator.allocate(60 * MIB)
    allocator.release(first)
    allocator.allocate(80 * MIB)
    assert allocator.reserved == 80 * MIB
    with pytest.raises(OutOfDeviceMemory):
        allocator.allocate(30 * MIB)


def test_an_expandable_segment_grows_by_pages_and_wastes_no_holes_at_its_end() -> None:
    allocator = CachingAllocator(expandable=True)
    blocks = [allocator.allocate(30 * MIB), allocator.allocate(30 * MIB)]
    assert allocator.reserved == 60 * MIB
    allocator.release(blocks[1])
    allocator.allocate(50 * MIB)
    assert allocator.reserved == 80 * MIB
    plain = CachingAllocator()
    plain.allocate(30 * MIB)
    plain.release(plain.allocate(30 * MIB))
    plain.allocate(50 * MIB)
    assert plain.reserved == 110 * MIB


def test_everything_released_leaves_nothing_allocated() -> None:
    allocator = CachingAllocator()
    blocks = [allocator.allocate(size) for size in (1, 700, MIB, 3 * MIB, 50 * MIB, 999_999, 12 * MIB)]
    for block in blocks[::2] + blocks[1::2]:
        allocator.release(block)
    assert allocator.allocated == 0
    allocator.empty_cache()
    assert allocator.reserved == 0


def test_of_two_free_blocks_of_one_size_the_newer_segment_is_filled_first() -> None:
    allocator = CachingAllocator()
    older, newer = allocator.allocate(32 * MIB), allocator.allocate(32 * MIB)
    for each in (older, newer):
        allocator.release(each)
    assert allocator.allocate(32 * MIB) is newer, "Linux maps from the top down: the newer one lies lower"
