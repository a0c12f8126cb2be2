"""Intervals and tests against hand-worked and known values."""

import math
import random

import pytest

from heuristics.statistics import mcnemar_exact, paired_bootstrap, share_difference, wilson


def test_the_mean_is_weighted() -> None:
    mean, _, _ = paired_bootstrap([1.0, 3.0], [3.0, 1.0], ["a", "b"], seed=1)
    assert mean == pytest.approx(1.5)


def test_the_same_seed_gives_the_same_interval() -> None:
    differences = [0.1 * each for each in range(20)]
    first = paired_bootstrap(differences, [1.0] * 20, list(range(20)), seed=5)
    assert first == paired_bootstrap(differences, [1.0] * 20, list(range(20)), seed=5)
    assert first[1] < first[0] < first[2]


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    chance = random.Random(3)
    covered = 0
    for trial in range(200):
        rows = [chance.gauss(0.3, 1.0) for _ in range(60)]
        _, low, high = paired_bootstrap(rows, [1.0] * 60, list(range(60)), seed=trial, draws=500)
        covered += low <= 0.3 <= high
    assert 0.89 <= covered / 200 <= 0.99


def test_copies_in_one_group_do_not_narrow_the_interval() -> None:
    chance = random.Random(4)
    rows = [chance.gauss(0.0, 1.0) for _ in range(30)]
    _, low, high = paired_bootstrap(rows, [1.0] * 30, list(range(30)), seed=1)
    many = [each for row in rows for each in [row] * 10]
    groups = [index for index in range(30) for _ in range(10)]
    _, low_many, high_many = paired_bootstrap(many, [1.0] * 300, groups, seed=1)
    assert (low_many, high_many) == (pytest.approx(low), pytest.approx(high))


def test_one_group_allows_no_interval() -> None:
    assert paired_bootstrap([1.0, 1.0], [1.0, 1.0], ["a", "a"], seed=1) == (1.0, -math.inf, math.inf)


@pytest.mark.parametrize(
    ("differences", "weights", "groups"), [([], [], []), ([1.0], [0.0], ["a"]), ([1.0], [1.0, 1.0], ["a"])]
)
def test_nothing_to_resample_is_refused(
    differences: list[float], weights: list[float], groups: list[str]
) -> None:
    with pytest.raises(ValueError, match=r"resample|length"):
        paired_bootstrap(differences, weights, groups, seed=1)


def test_a_difference_of_shares_keeps_an_interval_where_no_row_changed() -> None:
    low, high = share_difference((0, 64), (0, 64))
    assert (low, high) == (pytest.approx(-0.0566, abs=1e-3), pytest.approx(0.0566, abs=1e-3))
    low, high = share_difference((0, 64), (64, 64))
    assert high == 1.0
    assert 0.9 < low < 0.93
    assert share_difference((0, 0), (0, 0)) == (-1.0, 1.0)


def test_a_difference_of_shares_matches_a_published_example() -> None:
    assert share_difference((48, 80), (56, 70)) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_wilson_matches_a_published_example() -> None:
    low, high = wilson(81, 263)
    assert (low, high) == (pytest.approx(0.2553, abs=5e-4), pytest.approx(0.3662, abs=5e-4))
    assert wilson(0, 0) == (0.0, 1.0)


def test_mcnemar_matches_the_binomial_by_hand() -> None:
    assert mcnemar_exact(0, 0) == 1.0
    assert mcnemar_exact(5, 0) == pytest.approx(2 / 32)
    assert mcnemar_exact(1, 7) == pytest.approx(2 * 9 / 256)
    assert mcnemar_exact(3, 3) == 1.0
