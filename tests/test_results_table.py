"""The table of results is the one that the results make."""

import json
from pathlib import Path

import pytest

from benchmarks.figures import READERS
from benchmarks.table import DOCUMENTS, RESULTS, TABLE, filled, table


def test_the_kept_table_is_what_the_kept_results_make() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "run: make results"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_figures_in_documents_are_those_of_the_kept_results(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "<!-- results: " in text
    assert text == filled(text), "run: make results"


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_result_has_a_line(path: Path) -> None:
    assert f"](results/{path.name}) |" in table()


def test_no_kept_result_is_left_to_the_reader_of_the_file() -> None:
    assert "| see the file |" not in table()


def test_a_result_in_parts_is_of_the_date_of_its_newest_part(tmp_path: Path) -> None:
    parts = {"one": {"date": "2026-01-02"}, "two": {"date": "2026-01-03"}}
    (tmp_path / "new.json").write_text(json.dumps(parts))
    assert "|  |  | 2026-01-03 |" in table(tmp_path)


def test_a_result_without_a_reader_is_told_by_its_own_words(tmp_path: Path) -> None:
    assert "new" not in READERS
    (tmp_path / "new.json").write_text(json.dumps({"what": "seconds of something", "date": "2026-01-02"}))
    assert "| [new](results/new.json) | seconds of something |  |  | 2026-01-02 |" in table(tmp_path)


def test_killed_pilots_are_counted_without_the_unbroken_one(tmp_path: Path) -> None:
    cases = [{"victim": "none"}, {"victim": "worker", "same": True, "orphans": 0, "lost_runs": []}]
    cases.append({"victim": "guard", "same": False, "orphans": 1, "lost_runs": []})
    (tmp_path / "kills.jsonl").write_text("\n".join(map(json.dumps, cases)))
    assert "1 of 2 found what the unbroken one did" in table(tmp_path)


def test_a_result_that_lacks_a_figure_names_it(tmp_path: Path) -> None:
    (tmp_path / "pilot.json").write_text(json.dumps({"ratios": []}))
    with pytest.raises(KeyError, match="ratio"):
        table(tmp_path)


def test_a_document_shows_the_benchmarks_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "new.json").write_text(json.dumps({"what": "seconds of something"}))
    text = "before\n<!-- results: new -->\nold\n<!-- end of results -->\nafter"
    made = filled(text, tmp_path)
    assert "| seconds of something |  |  |\n\n<!-- end of results -->\nafter" in made
    assert "old" not in made
    assert filled(made, tmp_path) == made
