"""Which columns there are is told before anything else is known of a file, whatever holds the rows."""

import gzip
from pathlib import Path

import pytest

from advisor.errors import BadData
from advisor.rows.column_names import column_names, unique_names
from tests.data_samples import question_rows, write_csv, write_jsonl


def test_names_come_in_the_order_of_the_first_rows(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", ["{broken", {"b": 1, "a": 2}, {"c": 3, "a": 4}])
    assert column_names(path) == ("b", "a", "c")


@pytest.mark.parametrize("kind", ["gz", "utf-16", "folder", "parquet"])
def test_names_are_found_in_every_kind_of_file(tmp_path: Path, kind: str) -> None:
    path = write_csv(tmp_path / "rows.csv", ("frage", "antwort", "frage"), [("a", "b", "c")] * 3, ";")
    match kind:
        case "gz":
            path.write_bytes(gzip.compress(path.read_bytes()))
        case "utf-16":
            path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
        case "folder":
            path = tmp_path
        case "parquet":
            import polars as pl

            pl.DataFrame({"frage": ["a"], "antwort": ["b"], "frage_2": ["c"]}).write_parquet(path)
    assert column_names(path) == ("frage", "antwort", "frage_2")


def test_a_text_has_none_and_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("A text.\n\nAnother.", encoding="utf-8")
    assert column_names(tmp_path / "text.txt") == ()
    with pytest.raises(BadData, match="does not exist"):
        column_names(tmp_path / "none.jsonl")
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 ")
    with pytest.raises(BadData, match="a PDF document"):
        column_names(tmp_path / "x.pdf")


def test_names_cannot_drive_the_terminal(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", [{"\x1b]52;c;eA==\x07": 1}])
    assert "\x1b" not in "".join(column_names(path))


def test_a_program_beside_the_data_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_jsonl(tmp_path / "rows.jsonl", question_rows(1))
    (tmp_path / "orjson.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert column_names(Path("rows.jsonl")) == ("question", "answer")


def test_repeated_names_are_told_apart() -> None:
    assert unique_names(["a", " a", "b", "a"]) == ("a", "a_2", "b", "a_3")
