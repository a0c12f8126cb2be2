"""The memory gauge says how much of a device is needed, in cells that add up."""

from screens.pictures import gauge

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
