"""How many rows, how many tokens, and what is cut off."""

from dataclasses import replace

import pytest

from heuristics.basis import Basis
from heuristics.goal import Goal, TaskKind
from heuristics.planning.samples import choose_samples, training_rows
from heuristics.planning.sequence import choose_length, loss_in_words, mean_tokens, truncation_at
from tests.heuristics.known_cases import LIMITS, LLAMA_8B, TINY, classes, data, tokens

LENGTHS = LIMITS.sequence


@pytest.mark.parametrize(
    ("task", "rows"),
    [("classify", 200), ("extract", 200), ("write", 200), ("answer", 500), ("continue", 1000)],
)
def test_each_task_starts_with_its_own_count(task: TaskKind, rows: int) -> None:
    plenty = data(train=100_000, usable=120_000)
    assert choose_samples(plenty, Goal(task=task), LIMITS.samples).value == rows


def test_many_classes_ask_for_rows_of_each() -> None:
    many = replace(classes(77, 130), split=None)
    count = choose_samples(many, Goal(task="classify"), LIMITS.samples)
    assert count.value == 770
    assert "77 classes" in count.reason


def test_the_pilot_never_takes_more_rows_than_there_are() -> None:
    few = data(train=120, usable=150)
    count = choose_samples(few, Goal(task="extract"), LIMITS.samples)
    assert count.value == 120
    assert "only 120" in count.reason


def test_an_empty_data_set_gives_no_rows_and_no_error() -> None:
    assert choose_samples(data(train=0, usable=0), Goal(), LIMITS.samples).value == 0


def test_before_the_split_is_known_four_fifths_are_for_training() -> None:
    assert training_rows(replace(data(), split=None), LIMITS.samples) == 480


def test_the_longest_row_is_taken_whole_when_it_is_hardly_longer_than_the_99th_percentile() -> None:
    chosen = choose_length(data(), TINY.shape, LENGTHS)
    assert chosen.value == 232
    assert "nothing is cut off" in chosen.reason
    assert chosen.basis is Basis.MEASURED


def test_a_long_tail_is_cut_at_the_99th_percentile_and_the_loss_is_said() -> None:
    tailed = replace(data(), tokens=tokens(p99=190, largest=3000))
    chosen = choose_length(tailed, LLAMA_8B.shape, LENGTHS)
    assert chosen.value == 192
    assert "2.0% of answer tokens are cut off, in 8 rows" in chosen.reason


def test_short_rows_are_kept_whole_however_far_the_longest_is_from_the_others() -> None:
    chosen = choose_length(replace(data(), tokens=tokens(p99=120, largest=500)), LLAMA_8B.shape, LENGTHS)
    assert chosen.value == 504
    assert chosen.reason.startswith("The longest row fit")


def test_long_sequences_are_rounded_to_64_and_end_at_the_context() -> None:
    long = replace(data(), tokens=tokens(p99=700, largest=700))
    assert choose_length(long, LLAMA_8B.shape, LENGTHS).value == 704
    ended = choose_length(long, TINY.shape, LENGTHS)
    assert ended.value == 512
    assert "context ends at 512" in ended.reason


def test_without_token_counts_the_length_is_assumed_and_within_the_context() -> None:
    short = replace(TINY.shape, context=128)
    chosen = choose_length(None, short, LENGTHS)
    assert (chosen.value, chosen.basis) == (128, Basis.ASSUMED)


def test_what_a_length_cuts_off_is_taken_from_the_nearest_counted_length_below() -> None:
    counted = tokens()
    between = truncation_at(counted, 150)
    assert between is not None
    assert between.rows_cut == 100
    assert "at most 15.0%" in loss_in_words(counted, 150)
    assert truncation_at(counted, 32) is None
    assert "not counted" in loss_in_words(counted, 32)


def test_the_mean_row_is_never_longer_than_the_sequence_and_never_empty() -> None:
    assert mean_tokens(data(), 64, LENGTHS) == 64
    assert mean_tokens(data(), 512, LENGTHS) == 100
    assert mean_tokens(None, 1, LENGTHS) == 1
