"""Rows that ask the same never straddle the parts, and the parts do not depend on the order of rows."""

import random

import pytest

from advisor.work.data.examples import Example, Message
from advisor.work.data.split import Splits, split
from tests.data_samples import question


def asked(line: int, prompt: str, answer: str) -> Example:
    return Example(line, (Message("user", prompt), Message("assistant", answer)))


def many(count: int) -> tuple[Example, ...]:
    return tuple(asked(n + 1, question(n), f"answer {n}") for n in range(count))


def parts(splits: Splits) -> tuple[set[str], set[str], set[str]]:
    keys = tuple({each.key for each in part} for part in (splits.train, splits.validation, splits.test))
    return keys[0], keys[1], keys[2]


@pytest.mark.parametrize(
    ("rows", "validation", "test"),
    [(1000, 100, 200), (10_000, 200, 500), (100, 16, 20), (60, 11, 15), (3, 1, 1)],
)
def test_the_held_out_parts_have_the_size_that_measuring_needs(rows: int, validation: int, test: int) -> None:
    facts = split(many(rows), None).facts
    assert (facts.validation, facts.test) == (validation, test)
    assert facts.train == rows - validation - test


@pytest.mark.parametrize("rows", [3, 4, 5, 9, 17])
def test_no_part_is_empty_from_three_prompts_on(rows: int) -> None:
    facts = split(many(rows), None).facts
    assert min(facts.train, facts.validation, facts.test) >= 1


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_fewer_rows_are_divided_without_failing(rows: int) -> None:
    facts = split(many(rows), None).facts
    assert facts.train + facts.validation + facts.test == rows


def test_rows_with_one_prompt_stay_together_whatever_its_case_and_marks() -> None:
    examples = list(many(300))
    twins = [asked(1000 + n, f"  {question(n).upper()[:-1]} ", f"another {n}") for n in range(300)]
    splits = split((*examples, *twins), None)
    train, validation, test = parts(splits)
    assert not (train & validation or train & test or validation & test)
    assert splits.facts.groups == 300
    assert len(splits.train) + len(splits.validation) + len(splits.test) == 600


def test_the_order_of_rows_does_not_matter() -> None:
    examples = list(many(500))
    before = parts(split(tuple(examples), None))
    random.Random(4).shuffle(examples)
    assert parts(split(tuple(examples), None)) == before


def test_removing_rows_hardly_moves_the_others() -> None:
    examples = many(2000)
    _, _, test = parts(split(examples, None))
    _, _, later = parts(split(examples[:-100], None))
    assert len(test & later) >= 0.9 * len(later)


def test_exact_duplicates_are_kept_once_the_first_of_them() -> None:
    examples = many(50)
    splits = split((*examples, *(asked(900 + n, question(n), f"answer {n}") for n in range(50))), None)
    rows = [*splits.train, *splits.validation, *splits.test]
    assert sorted(each.line for each in rows) == list(range(1, 51))


def test_the_users_own_test_rows_replace_ours_and_leave_training() -> None:
    examples = many(100)
    held = tuple(asked(n, question(n).lower(), "x") for n in range(10))
    splits = split(examples, held, test_source="mine.jsonl")
    train, validation, test = parts(splits)
    assert not (train | validation) & test
    assert (splits.facts.test, splits.facts.test_source) == (10, "mine.jsonl")
    assert splits.facts.train + splits.facts.validation == 90


def test_one_prompt_in_nearly_all_rows_stays_in_training() -> None:
    examples = tuple(asked(n, "the same", f"answer {n}") for n in range(5000)) + many(40)
    splits = split(examples, None)
    assert splits.facts.train >= 5000
    assert min(splits.facts.validation, splits.facts.test) >= 1


def test_a_thousand_identical_rows_are_one_row() -> None:
    facts = split(tuple(asked(n, "a", "b") for n in range(1000)), None).facts
    assert (facts.train, facts.validation, facts.test) == (1, 0, 0)


def test_raw_text_is_divided_by_its_own_content() -> None:
    splits = split(tuple(Example(n, (), text=f"Story {question(n)}") for n in range(100)), None)
    assert (splits.facts.validation, splits.facts.test) == (16, 20)
