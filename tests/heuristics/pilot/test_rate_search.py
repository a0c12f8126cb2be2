"""The search for the learning rate: on curves whose best rate is known."""

import math
from collections.abc import Callable

import pytest

from heuristics.facts.experiment import RateEvidence, RatePoint
from heuristics.pilot.rate_search import Horizon, at_open_edge, carry, first_rates, next_rate, settle_rate
from tests.heuristics.known_cases import LIMITS

SEARCH = LIMITS.search
TRIED = Horizon(30, 8)


def bowl(best: float, depth: float = 0.1, diverges_at: float = math.inf) -> Callable[[float], float | None]:
    """Held-out loss that is a parabola in the logarithm of the rate."""

    def loss(rate: float) -> float | None:
        return None if rate >= diverges_at else 1.0 + depth * math.log(rate / best) ** 2

    return loss


def search(loss: Callable[[float], float | None], prior: float, noise: float = 0.001) -> RateEvidence:
    points = [RatePoint(f"{rate}", rate, loss(rate)) for rate in first_rates(prior, SEARCH)]
    while (rate := next_rate(points, prior, noise, SEARCH)) is not None:
        points.append(RatePoint(f"{rate}", rate, loss(rate)))
    return settle_rate(points, prior, noise, TRIED, TRIED, TRIED, SEARCH)


@pytest.mark.parametrize("off", [0.65, 0.8, 1.25, 1.6])
def test_three_runs_find_a_best_rate_near_the_prior(off: float) -> None:
    found = search(bowl(off * 1e-3), 1e-3)
    assert len(found.points) == 3 and found.basis == "parabola"
    assert found.best == pytest.approx(off * 1e-3, rel=0.02)
    assert found.low < found.best < found.high


@pytest.mark.parametrize("off", [10.0, 0.1])
def test_a_prior_that_is_off_by_ten_is_mended_by_two_more_runs(off: float) -> None:
    found = search(bowl(off * 1e-3), 1e-3)
    assert len(found.points) == 5 and found.basis == "parabola"
    assert found.best == pytest.approx(off * 1e-3, rel=0.05)


def test_a_prior_that_is_off_by_a_hundred_ends_at_the_edge_and_says_so() -> None:
    found = search(bowl(0.1), 1e-3)
    assert len(found.points) == 5 and found.basis == "best tried"
    assert found.best == pytest.approx(2.7e-2)


def test_the_prior_stays_when_the_differences_are_noise() -> None:
    found = search(bowl(2e-3, depth=0.001), 1e-3, noise=0.01)
    assert found.basis == "prior" and found.best == 1e-3
    assert found.low <= 1e-3 <= found.high


def test_a_run_that_diverged_bounds_the_range_from_above() -> None:
    found = search(bowl(3e-3, diverges_at=3e-3), 1e-3)
    assert found.high <= 3e-3
    assert found.best == 1e-3 and found.basis == "prior"
    assert [each.heldout_loss for each in found.points][-1] is None


def test_when_every_rate_diverges_the_search_goes_down_and_then_gives_up() -> None:
    found = search(lambda _rate: None, 1e-3)
    rates = [each.learning_rate for each in found.points]
    assert found.basis == "none" and len(rates) == 5 and found.best < min(rates)


def test_after_three_diverged_runs_a_lower_rate_may_still_work() -> None:
    found = search(bowl(5e-5, diverges_at=2e-4), 1e-3)
    assert found.basis in ("best tried", "parabola") and found.best < 2e-4


def test_a_longer_run_takes_a_lower_rate_and_a_larger_batch_a_higher_one() -> None:
    assert carry(1.0, Horizon(30, 8), Horizon(240, 8), SEARCH) == pytest.approx(8**-0.3)
    assert carry(1.0, Horizon(30, 8), Horizon(30, 16), SEARCH) == pytest.approx(2**0.33)
    assert carry(1.0, Horizon(30, 8), Horizon(10**9, 8), SEARCH) == SEARCH.carry_least
    assert carry(1.0, Horizon(30, 8), Horizon(1, 8), SEARCH) == SEARCH.carry_most


def test_the_range_of_the_full_run_holds_the_rate_as_tried_and_as_carried_over() -> None:
    points = [RatePoint(f"{rate}", rate, bowl(1.5e-3)(rate)) for rate in first_rates(1e-3, SEARCH)]
    found = settle_rate(points, 1e-3, 0.001, TRIED, TRIED, Horizon(300, 8), SEARCH)
    assert found.full_run < found.best
    assert found.full_low < found.full_run < found.full_high and found.full_high >= found.best
    assert "300 steps" in found.reason


def test_a_prior_that_stays_is_carried_over_from_the_runs_that_it_was_made_for() -> None:
    points = [RatePoint(f"{rate}", rate, 1.0) for rate in first_rates(1e-3, SEARCH)]
    found = settle_rate(points, 1e-3, 0.01, TRIED, Horizon(120, 8), Horizon(120, 8), SEARCH)
    assert found.basis == "prior" and found.full_run == found.best == 1e-3


def test_a_best_rate_below_one_that_diverged_is_enclosed() -> None:
    # Losses fall up to the prior, and three times the prior diverges.
    found = search(bowl(2e-3, diverges_at=2.9e-3), 1e-3, noise=1e-6)
    assert not at_open_edge(found.points, found.best)
    rising = [RatePoint("a", 1e-3, 1.2), RatePoint("b", 3e-3, 1.0), RatePoint("c", 9e-3, None)]
    settled = settle_rate(rising, 1e-3, 0.001, TRIED, TRIED, TRIED, SEARCH)
    assert settled.basis == "best tried"
    assert "the next higher one diverged" in settled.reason
    assert not at_open_edge(rising, 3e-3)


@pytest.mark.parametrize("edge", [1e-3, 9e-3])
def test_a_best_rate_with_nothing_tried_beyond_it_is_at_an_open_edge(edge: float) -> None:
    points = [RatePoint(f"{rate}", rate, bowl(edge)(rate)) for rate in (1e-3, 3e-3, 9e-3)]
    assert at_open_edge(points, edge)
