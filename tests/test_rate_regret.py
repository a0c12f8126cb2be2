"""What a learning rate leaves of the best one's gain, by hand."""

import pytest

from benchmarks.rate_regret import Outcome, Saved, regrets


def outcome(rate: float, after: float, seed: int = 1) -> Outcome:
    return Outcome("task", "tiny", 100, rate, seed, before=5.0, after=after, seconds=1.0)


def test_the_rules_loss_is_compared_with_the_best_rates_mean_over_seeds() -> None:
    runs = (outcome(1e-3, 2.0), outcome(1e-3, 2.2, seed=2), outcome(2e-3, 1.0), outcome(2e-3, 1.0, seed=2))
    (found,) = regrets(Saved(runs, (("task, tiny, 100 rows", 1e-3),)))
    assert (found.best, found.best_loss) == (2e-3, 1.0)
    assert found.nats == pytest.approx(1.1)
    assert found.share == pytest.approx(1.1 / 4.0)


def test_the_best_rate_leaves_nothing() -> None:
    runs = (outcome(1e-3, 1.0), outcome(2e-3, float("inf")))
    (found,) = regrets(Saved(runs, (("task, tiny, 100 rows", 1e-3),)))
    assert (found.nats, found.share) == (0.0, 0.0)


def test_a_rate_that_was_not_trained_is_not_judged() -> None:
    assert list(regrets(Saved((outcome(1e-3, 1.0),), (("task, tiny, 100 rows", 5e-3),)))) == []
