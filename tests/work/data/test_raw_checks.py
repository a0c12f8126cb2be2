"""Checks on rows as they stand in the file: columns that drift, keys named twice, pairs of answers."""

from pathlib import Path

import pytest

from advisor.errors import BadData
from advisor.work.data.checks.drift import SchemaDrift
from advisor.work.data.checks.keys import duplicate_keys
from advisor.work.data.checks.preference import PreferenceDefects
from advisor.work.data.checks.provenance import no_licence
from advisor.work.data.row import Row as RawRow
from heuristics.facts.data import CheckResult
from tests.data_samples import Row, load_rows, question_rows, write_jsonl
from tests.work.data.test_checks import checked


def drift(rows: list[Row], parts: int = 1) -> CheckResult:
    check = SchemaDrift()
    size = -(-len(rows) // parts)
    numbered = [RawRow(n, row) for n, row in enumerate(rows, start=1)]
    tally = check.look_raw(numbered[:size])
    for start in range(size, len(rows), size):
        tally.add(check.look_raw(numbered[start : start + size]))
    return check.result(tally)


def test_a_new_key_a_lost_key_and_another_type_are_drift_with_their_rows() -> None:
    rows = question_rows(600)
    rows[400]["example_input"] = "x"
    rows[500] = {"question": "only"}
    rows[550]["answer"] = 7
    found = drift(rows, parts=3)
    assert (found.count, found.rows) == (3, (401, 501, 551))
    assert (
        found.detail == "no column “answer” in 1; “answer” as number in 1; extra column “example_input” in 1"
    )


def test_optional_columns_empty_values_and_short_files_are_no_drift() -> None:
    rows = [{**row, **({"note": "x"} if n % 20 == 0 else {})} for n, row in enumerate(question_rows(400))]
    assert drift(rows).count == 0
    rows = [{**row, "context": None if n % 150 else "given"} for n, row in enumerate(question_rows(400))]
    assert (
        drift([{**row, "score": n / 2 if n % 200 else n} for n, row in enumerate(question_rows(400))]).count
        == 0
    )
    assert drift([*question_rows(50), {"other": 1}]).count == 0


def test_drift_is_part_of_what_a_file_gives(tmp_path: Path) -> None:
    rows = question_rows(300)
    rows[9]["surplus"] = True
    found = checked(write_jsonl(tmp_path / "rows.jsonl", rows))["schema_drift"]
    assert found.rows == (10,)


def test_a_key_named_twice_is_found_where_the_reader_sees_only_the_last(tmp_path: Path) -> None:
    lines = [
        '{"question": "a", "answer": "b"}',
        '{"question": "a", "answer": "b", "answer": "c"}',
        "{broken",
        "[1]",
    ]
    lines.append('{"question": {"x": 1, "x": 2}, "answer": "d"}')
    found = duplicate_keys(write_jsonl(tmp_path / "rows.jsonl", lines))
    assert (found.count, found.total, found.rows) == (2, 4, (2, 5))
    assert "“answer” in 1" in found.detail


def pair(chosen: object, rejected: object) -> Row:
    return {"prompt": "Say hello.", "chosen": chosen, "rejected": rejected}


def test_pairs_that_are_equal_or_empty_and_a_lean_to_length_are_told(tmp_path: Path) -> None:
    turn = {"from": "gpt", "value": "Hello there."}
    rows = [
        pair("Hello, nice to meet you.", "Hi."),
        pair("Hi.", "Hi. "),
        pair([{"role": "assistant", "content": ""}], "Hi."),
        pair(turn, turn),
    ]
    check = PreferenceDefects()
    found = check.result(check.look_raw([RawRow(n, row) for n, row in enumerate(rows, start=1)]))
    assert found is not None
    assert (found.count, found.rows) == (3, (2, 3, 4))
    assert found.detail == "both answers are the same in 2; an answer is empty in 1"
    with pytest.raises(BadData, match="both answers are the same in 1"):
        load_rows(tmp_path, [rows[0], rows[1]] * 1)
    long = check.result(check.look_raw([RawRow(n, rows[0]) for n in range(1, 201)]))
    assert long is not None
    assert "the longer one in 100%" in long.detail
    assert check.result(check.look_raw([RawRow(1, {"question": "a"})])) is None


def test_a_licence_or_a_readme_beside_the_file_is_seen(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(2))
    assert no_licence(path).count == 1
    (tmp_path / "README.md").write_text("From us, CC0.")
    assert no_licence(path).count == 0


def test_pairs_whose_answers_follow_different_prompts_are_told() -> None:
    def said(question: str, answer: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]

    written = "\n\nHuman: What is {}?\n\nAssistant: {}"
    rows = [
        pair(said("What is one?", "One."), said("What is one?", "Two.")),
        pair(said("What is one?", "One."), said("What is two?", "Two.")),
        pair(written.format("one", "One."), written.format("one", "Nothing.")),
        pair(written.format("one", "One."), written.format("two", "Two.")),
        pair("An answer: one.", "Another answer: two."),
    ]
    check = PreferenceDefects()
    found = check.result(check.look_raw([RawRow(n, row) for n, row in enumerate(rows, start=1)]))
    assert found is not None
    assert (found.count, found.rows) == (2, (2, 4))
    assert found.detail == "the two answer different prompts in 2"
