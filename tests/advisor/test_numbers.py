"""Numbers as a person reads them."""

import pytest

from advisor import numbers


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0 %"),
        (5 / 450_000, "under 0.01 %"),
        (0.00005, "0.01 %"),
        (0.0009, "0.09 %"),
        (0.123, "12.3 %"),
        (1.0, "100 %"),
        (float("nan"), "not a number"),
    ],
)
def test_a_share_that_is_more_than_none_never_reads_as_none(value: float, said: str) -> None:
    assert numbers.share(value) == said
