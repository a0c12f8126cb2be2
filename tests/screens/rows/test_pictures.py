"""The memory gauge says how much of a device is needed, in cells that add up; costs are bars on one scale."""

import pytest
from rich.cells import cell_len

from screens.rows.pictures import cost_bars, gauge

PARTS = [("weights", 4.0), ("optimizer", 2.0), ("logits", 0.01)]


def test_the_filled_cells_are_the_share_that_is_needed() -> None:
    line = gauge(PARTS, 12.02, 42).plain
    assert len(line) == 42
    assert line[1:-1].count("█") == 13
    assert sum(cell not in " |" for cell in line[1:-1]) == 20
    assert line[-2] == "|"


def test_what_does_not_fit_crosses_the_line_of_the_device() -> None:
    line = gauge(PARTS, 3.0, 42).plain
    assert len(line) == 42
    assert 18 <= line.index("|") <= 21
    assert " " not in line[1:-1]


def test_a_device_without_memory_has_its_line_at_the_start() -> None:
    assert gauge(PARTS, 0.0, 22).plain.startswith("[|")


def test_nothing_needed_of_nothing_is_an_empty_bar() -> None:
    assert len(gauge([], 0.0, 22).plain) == 22


@pytest.mark.parametrize("width", [20, 38, 76])
def test_cost_bars_keep_to_the_width_and_name_every_place(width: int) -> None:
    pairs = [("this machine", 0.001), ("A provider with a very long name 8×B200 spot", 12.5), ("free", 0.0)]
    drawn = cost_bars(pairs, width).plain.splitlines()
    assert len(drawn) == 3
    assert all(cell_len(line) <= max(width, 32) for line in drawn)
    assert drawn[0].endswith("under 0.01 USD")
    assert drawn[1].count("█") > drawn[0].count("█")
    assert cost_bars([], width).plain == ""


def test_a_small_need_is_seen_on_a_large_device() -> None:
    line = gauge((("weights", 0.1), ("activations", 0.4)), 80.0, 14).plain
    assert line[1] not in " |" and line.count("|") == 1
