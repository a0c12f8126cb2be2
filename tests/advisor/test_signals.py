"""Signals at random moments, to any process of a job: one last word, nothing left."""

from pathlib import Path

import pytest

from benchmarks.signals import ACTS, tried


@pytest.mark.parametrize("number", range(len(ACTS)), ids=ACTS)
def test_a_job_under_random_signals_says_one_last_word_and_leaves_nothing(
    number: int, tmp_path: Path
) -> None:
    case = tried(number, tmp_path / "run")
    assert case.survived, case
