"""Commands take several files as one data set and remember them in the case."""

import json
from pathlib import Path

import pytest

from advisor.case import load
from advisor.cli.main import main
from tests.advisor.cli.test_cli_bad_input import ROWS, home, jsonl, refused
from tests.data_samples import write_csv

__all__ = ["home"]


def two(folder: Path) -> list[str]:
    first = jsonl(folder / "a.jsonl", ROWS[:40])
    second = write_csv(
        folder / "b.csv", ("question", "answer"), [(row["question"], row["answer"]) for row in ROWS[30:]]
    )
    return [str(first), str(second)]


def test_findings_over_two_files_name_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = two(tmp_path)
    assert main(["profile", *files, "--case", str(tmp_path / "case")]) == 0
    text = capsys.readouterr().out
    assert "b.csv:2: " in text
    assert main(["profile", *files, "--case", str(tmp_path / "case"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told["case"]["data"]["files"]] == ["a.jsonl", "b.csv"]
    repeated = next(each for each in told["findings"] if each["rule"] == "data.exact_duplicates")
    assert repeated["places"][0] == "b.csv:2"


def test_the_case_keeps_all_files_until_others_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, folder = two(tmp_path), tmp_path / "case"
    main(["profile", *files, "--case", str(folder)])
    assert load(folder).data_more == (files[1],)
    main(["profile", "--case", str(folder)])
    data = load(folder).data
    assert data is not None
    assert data.rows == 70
    main(["profile", files[0], "--case", str(folder)])
    data = load(folder).data
    assert data is not None
    assert (load(folder).data_more, data.rows) == ((), 40)


def test_a_file_named_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = two(tmp_path)
    assert "named twice" in refused(["profile", first, second, second], capsys)


def test_a_second_file_that_is_missing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, _ = two(tmp_path)
    assert "does not exist" in refused(["profile", first, str(tmp_path / "none")], capsys)


def test_several_files_are_cleaned_one_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, folder = two(tmp_path), tmp_path / "case"
    assert "one at a time" in refused(["clean", *files], capsys)
    main(["profile", *files, "--case", str(folder)])
    capsys.readouterr()
    assert main(["clean", "--case", str(folder)]) == 2
    assert "one at a time" in capsys.readouterr().err
