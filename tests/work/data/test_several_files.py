"""Several files are one data set, and every finding names the file and the line of its rows."""

from pathlib import Path

import pytest

from advisor.errors import BadData
from advisor.fingerprint import fingerprint
from advisor.rows.source import RowSource, browsable
from advisor.specs import DataChoice
from advisor.work.data.load import load
from heuristics.assess import assess
from heuristics.facts.data import DataFacts
from heuristics.goal import Goal
from tests.data_samples import message_row, question_rows, write_csv, write_jsonl
from tests.heuristics.known_cases import LIMITS
from tests.work.data.test_jobs_on_data import profiled


def three(folder: Path) -> DataChoice:
    """Sixty rows in three files of two kinds, with a broken line and a copy of a row of the first file."""
    rows = question_rows(60)
    first = write_jsonl(folder / "a.jsonl", [*rows[:20], "", ""])
    second = write_csv(
        folder / "b.csv",
        ("question", "answer"),
        [(str(r["question"]), str(r["answer"])) for r in rows[20:40]],
    )
    third = write_jsonl(folder / "c.jsonl", [*rows[40:], "{broken", rows[3]])
    return DataChoice(path=first, more=(second, third))


def facts_of(folder: Path, choice: DataChoice) -> DataFacts:
    return profiled(folder, choice)[-1]


def test_rows_of_all_files_are_counted_together(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, three(tmp_path))
    assert (facts.rows, facts.usable, facts.malformed) == (61, 60, 1)
    assert facts.name == "a.jsonl and 2 more"
    assert [each.name for each in facts.files] == ["a.jsonl", "b.csv", "c.jsonl"]
    assert facts.bytes == sum(Path(each.path).stat().st_size for each in facts.files)
    assert len(load(three(tmp_path)).examples) == 61


def test_a_finding_names_the_file_and_its_own_line(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, three(tmp_path))
    found = {each.rule: each for each in assess(None, facts, None, Goal(), None, None, LIMITS)}
    assert found["data.malformed"].places == ("c.jsonl:21",)
    assert found["data.malformed"].why.startswith("c.jsonl:21: ")
    assert found["data.exact_duplicates"].places == ("c.jsonl:22",)


def test_a_single_file_has_lines_alone(tmp_path: Path) -> None:
    rows = question_rows(30)
    facts = facts_of(tmp_path, DataChoice(path=write_jsonl(tmp_path / "a.jsonl", [*rows, rows[0]])))
    found = {each.rule: each for each in assess(None, facts, None, Goal(), None, None, LIMITS)}
    assert (found["data.exact_duplicates"].rows, found["data.exact_duplicates"].places) == ((31,), ())
    assert facts.place(1_234) == "line 1,234"


def test_rows_of_any_of_the_files_are_shown_where_they_stand(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, three(tmp_path))
    source = RowSource(facts)
    list(source.index.count())
    assert browsable(facts) == ""
    rows = question_rows(60)
    lines = {each.name: each.before for each in facts.files}
    assert source.row(1).fingerprint == fingerprint(rows[0])
    assert source.row(lines["b.csv"] + 2).fingerprint == fingerprint(rows[20])
    assert source.place(lines["b.csv"] + 2) == "b.csv:2"
    assert source.row(lines["c.jsonl"] + 1).fingerprint == fingerprint(rows[40])


def test_rows_of_the_only_file_of_a_folder_are_shown_too(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    write_jsonl(folder / "train.jsonl", question_rows(30))
    facts = facts_of(tmp_path, DataChoice(path=folder))
    assert [each.name for each in facts.files] == ["train.jsonl"]
    assert browsable(facts) == ""
    source = RowSource(facts)
    list(source.index.count())
    assert source.row(30).fingerprint == fingerprint(question_rows(30)[29])


def test_files_of_other_columns_are_refused_in_words(tmp_path: Path) -> None:
    first = write_jsonl(tmp_path / "a.jsonl", question_rows(20))
    other = write_jsonl(tmp_path / "b.jsonl", [message_row(("user", "a"), ("assistant", "b"))] * 5)
    with pytest.raises(BadData, match=r"b\.jsonl is messages, a\.jsonl is question_answer"):
        load(DataChoice(path=first, more=(other,)))
    empty = write_jsonl(tmp_path / "c.jsonl", ["", ""])
    with pytest.raises(BadData, match="without rows"):
        load(DataChoice(path=first, more=(empty,)))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    first = write_jsonl(tmp_path / "a.jsonl", question_rows(20))
    with pytest.raises(BadData, match="does not exist"):
        load(DataChoice(path=first, more=(tmp_path / "none.jsonl",)))
