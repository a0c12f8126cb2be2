"""Figures measured independently on public data sets; runs where ADVISOR_PUBLIC_DATA names their folder."""

import os
from pathlib import Path

import pytest

from advisor.errors import BadData
from advisor.specs import DataChoice
from advisor.work.data.checks.all import ROW_CHECKS, results_of
from advisor.work.data.scan.scan import Scan
from advisor.work.data.scan.state import RowStore

FOLDER = Path(os.environ.get("ADVISOR_PUBLIC_DATA", "/nowhere"))
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="ADVISOR_PUBLIC_DATA names no folder")


def counts(name: str, held: str | None = None) -> tuple[str, int, dict[str, int]]:
    scan = Scan(DataChoice(path=FOLDER / name), RowStore())
    scanned = scan.read(ROW_CHECKS)
    tested = Scan(DataChoice(path=FOLDER / held), RowStore()).read(()).account.store if held else None
    results = results_of(scanned, tested, lambda _lines: {}, None)[0]
    return scanned.format.name, scanned.total.rows, {each.check: each.count for each in results}


@pytest.mark.parametrize(
    ("name", "format_", "rows", "known"),
    [
        ("lf_alpaca_en_demo.json", "alpaca", 999, {"exact_duplicates": 14, "placeholders": 7}),
        ("lf_alpaca_zh_demo.json", "alpaca", 1000, {"exact_duplicates": 8, "mojibake": 0}),
        ("lf_glaive_toolcall_en_demo.json", "sharegpt", 300, {"repeated_answers": 38}),
        ("lf_identity.json", "alpaca", 91, {"conflicting_answers": 5}),
        ("lf_c4_demo.jsonl", "text", 300, {"exact_duplicates": 0}),
        ("lf_wiki_demo.txt", "text", 30, {"exact_duplicates": 0}),
        ("lf_v1_sft_demo.jsonl", "messages", 500, {"exact_duplicates": 1}),
        ("gsm8k_train.jsonl", "question_answer", 7473, {"exact_duplicates": 0, "placeholders": 0}),
        ("banking77_train.csv", "text_label", 10003, {"conflicting_answers": 2}),
        ("openai_toy_chat_fine_tuning.jsonl", "messages", 5, {"role_errors": 1}),
    ],
)
def test_formats_rows_and_counts_are_the_known_ones(
    name: str, format_: str, rows: int, known: dict[str, int]
) -> None:
    found = counts(name)
    assert found[:2] == (format_, rows)
    assert {check: found[2][check] for check in known} == known


def test_test_rows_of_banking77_are_found_in_its_training_rows() -> None:
    assert counts("banking77_train.csv", "banking77_test.csv")[2]["overlap_with_eval"] == 25


def test_hardly_any_row_of_gsm8k_quotes_its_test() -> None:
    found = counts("gsm8k_train.jsonl", "gsm8k_test.jsonl")[2]
    assert found["overlap_with_eval"] == 0
    assert found["leaks_from_eval"] <= 4


def test_repeated_texts_of_sms_are_found() -> None:
    """403 are equal byte for byte, a dozen more but for case and white space."""
    assert 403 <= counts("SMSSpamCollection.tsv")[2]["exact_duplicates"] <= 420


def test_nearly_equal_rows_are_at_least_those_of_exact_similarity() -> None:
    """1,699 of these can go at a similarity of 0.8; more where few words of long rows differ."""
    assert 1_600 <= counts("gpteacher_toolformer_dedupe_only.json")[2]["near_duplicates"] <= 2_400


@pytest.mark.parametrize(("name", "said"), [("lf_dpo_en_demo.json", "DPO"), ("lf_mllm_demo.json", "images")])
def test_sets_for_other_trainers_are_declined_in_words(name: str, said: str) -> None:
    with pytest.raises(BadData, match=said):
        counts(name)
