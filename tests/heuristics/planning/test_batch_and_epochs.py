"""Batch, steps, passes and rank by rule."""

import pytest

from heuristics.planning.adapter import capacity_used, choose_rank, lora_parameters
from heuristics.planning.batch import effective_batch, nearest_power_of_two, steps_of
from heuristics.planning.epochs import choose_epochs
from tests.heuristics.known_cases import LIMITS, LLAMA_8B, TINY


@pytest.mark.parametrize(
    ("rows", "epochs", "batch"),
    [(300, 3, 4), (600, 3, 8), (2000, 3, 32), (19_000, 2, 32), (60_000, 1, 128), (20_000_000, 1, 128)],
)
def test_the_batch_aims_at_two_hundred_steps_inside_its_range(rows: int, epochs: float, batch: int) -> None:
    assert effective_batch(rows, epochs, LIMITS.batch) == batch


@pytest.mark.parametrize("rows", [0, 1, 19, 20, 39, 60])
def test_few_rows_take_a_batch_of_at_most_a_twentieth(rows: int) -> None:
    batch = effective_batch(rows, 3, LIMITS.batch)
    assert 1 <= batch <= max(1, rows / 20)


def test_steps_count_a_smaller_last_batch_and_are_never_none() -> None:
    assert steps_of(300, 3, 8) == 38 * 3
    assert steps_of(0, 3, 8) == 1
    assert steps_of(10, 0.5, 4) == 2


def test_powers_of_two_are_nearest_by_ratio() -> None:
    assert [nearest_power_of_two(value) for value in (0.0, 1.0, 2.9, 4.5, 6.0, 100.0)] == [1, 1, 4, 4, 8, 128]


@pytest.mark.parametrize(("rows", "epochs"), [(100, 3), (1999, 3), (2000, 2), (50_000, 2), (50_001, 1)])
def test_fewer_rows_take_more_passes(rows: int, epochs: float) -> None:
    assert choose_epochs(rows, LIMITS.epochs) == epochs


def test_an_adapter_on_all_layers_of_an_8b_model_has_the_published_size() -> None:
    assert lora_parameters(LLAMA_8B.shape, 1) == 2_621_440
    assert lora_parameters(LLAMA_8B.shape, 16) == 16 * 2_621_440


def test_the_rank_grows_with_the_trained_tokens() -> None:
    ranks = [choose_rank(LLAMA_8B.shape, tokens, LIMITS.adapter) for tokens in (0, 1e7, 2.1e7, 5.1e7)]
    assert ranks == [16, 16, 32, 64]


def test_the_rank_never_exceeds_a_quarter_of_a_narrow_model() -> None:
    assert choose_rank(TINY.shape, 1e9, LIMITS.adapter) == 16


def test_rank_16_of_an_8b_model_holds_84_million_tokens() -> None:
    assert capacity_used(LLAMA_8B.shape, 16, 84e6, LIMITS.adapter) == pytest.approx(1.0, rel=0.01)
