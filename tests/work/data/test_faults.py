"""Bad inputs that no other test has: each is told in words, and none stops the others."""

import socket
from pathlib import Path

import pytest

from advisor.errors import BadData
from advisor.rows.source import RowSource
from advisor.specs import DataChoice
from advisor.work.data.load import load
from heuristics.assess import assess
from heuristics.finding import Level
from heuristics.goal import Goal
from tests.data_samples import Row, label_rows, question_rows, write_csv, write_jsonl
from tests.heuristics.known_cases import LIMITS
from tests.work.clean.cleaned import clean_file
from tests.work.data.test_jobs_on_data import profiled


def test_a_socket_and_a_file_of_the_system_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        with pytest.raises(BadData, match="not a regular file"):
            load(DataChoice(path=tmp_path / "s"))
    with pytest.raises(BadData, match="empty"):
        load(DataChoice(path=Path("/proc/self/status")))


def test_an_escaped_nul_is_counted_and_shown_as_a_picture(tmp_path: Path) -> None:
    rows = [*question_rows(30), {"question": "What is nothing?", "answer": "a\x00b"}]
    facts = profiled(tmp_path, DataChoice(path=write_jsonl(tmp_path / "rows.jsonl", rows)))[-1]
    found = facts.check("control_characters")
    assert found is not None
    assert (found.count, found.rows) == (1, (31,))
    assert "\x00" not in found.examples[0]


@pytest.mark.parametrize(
    "changed",
    [{"question": "late?", "answer": {"text": "an object"}}, {"question": "late?", "answer": "x", "new": 1}],
)
def test_a_type_or_a_column_that_changes_late_is_named_by_its_row(tmp_path: Path, changed: Row) -> None:
    rows = [*question_rows(5_000), changed, *question_rows(200)]
    facts = profiled(tmp_path, DataChoice(path=write_jsonl(tmp_path / "rows.jsonl", rows)))[-1]
    drift = facts.check("schema_drift")
    assert drift is not None
    assert (drift.count, drift.rows) == (1, (5_001,))


def test_labels_that_half_of_the_rows_lack_are_told(tmp_path: Path) -> None:
    rows = label_rows({"spam": 20, "ham": 20}) + [{"text": f"bare row {n}", "label": ""} for n in range(40)]
    facts = profiled(tmp_path, DataChoice(path=write_jsonl(tmp_path / "rows.jsonl", rows)))[-1]
    assert facts.labels == (("ham", 20), ("spam", 20))
    found = {each.rule: each for each in assess(None, facts, None, Goal(), None, None, LIMITS)}
    assert found["data.empty_answers"].level is Level.BLOCK
    assert found["data.empty_answers"].count == 40


def test_cells_that_a_spreadsheet_would_run_are_told_with_the_copy(tmp_path: Path) -> None:
    rows = [("a?", "=cmd|' /C calc'!A0"), ("b?", "-5"), ("c?", "@SUM(A1)"), ("d?", "+44 20"), ("e?", "1 = 1")]
    path = write_csv(tmp_path / "rows.csv", ("question", "answer"), rows)
    done = clean_file(path)
    assert "2 rows have cells that a spreadsheet would run" in done.facts.note
    plain = write_csv(tmp_path / "plain.csv", ("question", "answer"), rows[1:2])
    assert clean_file(plain, folder="plain").facts.note == ""


def test_towers_of_marks_and_endless_letters_cost_no_more_than_their_length(tmp_path: Path) -> None:
    tower, letter = "e" + "\u0301" * 50_000, "👩" + "\u200d👩" * 60_000
    rows = [
        *question_rows(20),
        {"question": tower, "answer": "שלום"},
        {"question": letter, "answer": "漢字" * 900},
    ]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    facts = profiled(tmp_path, DataChoice(path=path))[-1]
    assert facts.usable == 22
    source = RowSource(facts)
    list(source.index.count())
    assert len(source.row(21).excerpt) <= 400
    assert all(len(each) <= 200 for check in facts.checks for each in check.examples)
