"""Padding and packing are counted as a trainer would lay the rows out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.work.data.packing import padding, sequences, waste


def test_padding_fills_every_row_up_to_the_longest_of_its_batch() -> None:
    lengths = np.array([4, 1, 1, 2, 8])
    assert padding(lengths, 2) == pytest.approx(1 - 16 / (8 + 4 + 8))
    assert padding(np.array([5, 5, 5]), 8) == 0


def test_rows_are_packed_where_the_least_room_remains() -> None:
    assert sequences([5, 5, 5, 5], 10) == 2
    assert sequences([6, 5, 4, 3, 2], 10) == 2
    assert sequences([7, 7, 7], 10) == 3
    assert sequences([10], 10) == 1


def test_rows_over_the_length_are_cut_before_they_are_laid_out() -> None:
    found = waste(np.array([100] * 16), 10)
    assert (found.padded, found.grouped, found.packed) == (0.0, 0.0, 0.0)


def test_long_and_short_rows_waste_most_when_mixed_and_least_when_packed() -> None:
    found = waste(np.array([16, 128] * 400), 128)
    assert found.padded > 0.4
    assert found.grouped == 0
    assert found.packed < 0.01
    assert (found.batch, found.length) == (8, 128)


LENGTH = st.integers(1, 64)


@given(st.lists(st.tuples(*[LENGTH] * 8), min_size=1, max_size=25))
def test_grouping_rows_of_like_length_never_wastes_more_where_all_batches_are_full(
    batches: list[tuple[int, ...]],
) -> None:
    found = waste(np.array([length for batch in batches for length in batch]), 64)
    assert found.grouped <= found.padded + 1e-9


@given(st.lists(LENGTH, min_size=1, max_size=200))
def test_every_share_is_one_and_packed_rows_fit(lengths: list[int]) -> None:
    found = waste(np.array(lengths), 64)
    assert all(0 <= each < 1 for each in (found.padded, found.grouped, found.packed))
    assert sequences(lengths, 64) * 64 >= sum(lengths)
