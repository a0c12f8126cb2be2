"""An input that cannot be used is explained in one line or by a finding, never by a traceback."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.cli import stages
from advisor.cli.main import main
from advisor.cli.opening import LOCK_FILE
from heuristics.facts.machine import Disk
from tests.advisor.tiny_model import make_tiny_model
from tests.heuristics.known_cases import machine

ROWS = [{"question": f"How much is {number} plus one?", "answer": str(number + 1)} for number in range(60)]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for every test."""
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return tmp_path


def jsonl(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def refused(argv: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line with which a command was refused."""
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    last = err.splitlines()[-1]
    assert last.startswith("advisor: ")
    assert last.count(". ") >= 1, "says what to do"
    return last


@pytest.mark.parametrize("where", ["home", "case", "lock"])
def test_a_place_that_cannot_be_written_to_is_named_with_what_to_do(
    where: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = jsonl(home / "rows.jsonl", ROWS)
    argv = ["profile", str(path)]
    if where == "home":
        monkeypatch.setenv("ADVISOR_HOME", str(path))
    elif where == "case":
        argv += ["--case", str(path / "case")]
    else:
        assert main([*argv, "--case", str(home / "case")]) in (0, 1)
        (home / "case" / LOCK_FILE).unlink()
        (home / "case" / LOCK_FILE).mkdir()
        argv += ["--case", str(home / "case")]
        capsys.readouterr()
    last = refused(argv, capsys)
    assert "cannot be written to" in last and "ADVISOR_HOME" in last


@pytest.mark.parametrize("command", ["profile", "plan", "pilot", "run"])
def test_a_missing_file_is_refused_before_a_case_is_made(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "does not exist" in refused([command, str(tmp_path / "none.jsonl")], capsys)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("way", ["rows.jsonl", "other.jsonl"], ids=["its own name", "a link to it"])
def test_the_data_file_as_its_own_cleaned_copy_is_refused(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    jsonl(tmp_path / "rows.jsonl", ROWS)
    (tmp_path / "other.jsonl").symlink_to("rows.jsonl")
    said = refused(["pilot", "rows.jsonl", "--model", "demo", "--case", "c", "--cleaned", way], capsys)
    assert "is the data file itself" in said and "advisor clean" in said


def test_a_directory_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is a directory" in refused(["run", str(tmp_path)], capsys)


def test_a_name_that_no_file_can_have_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("x" * 5000, "a\0b"):
        line = refused(["run", name], capsys)
        assert "cannot be read" in line or "does not exist" in line


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"rows-\xff.jsonl")
    assert "not valid UTF-8" in refused(["profile", str(tmp_path / name)], capsys)


def test_no_file_and_no_case_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No data file" in refused(["run"], capsys)
    assert "no case yet" in refused(["verdict"], capsys)
    assert "no case yet" in refused(["export"], capsys)


def test_a_folder_that_is_no_case_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No case" in refused(["verdict", "--case", str(tmp_path)], capsys)


def test_a_damaged_case_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "case.toml").write_text("version = 1\nname = [")
    assert "damaged" in refused(["verdict", "--case", str(tmp_path)], capsys)


def test_a_folder_without_a_recording_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No recorded run" in refused(["replay", str(tmp_path)], capsys)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"   \n\n  ", "row"),
        (bytes(range(256)) * 64, "text"),
        (b"\x7fELF\x02\x01\x01\x00" + b"\x00" * 4096, "text"),
    ],
)
def test_a_file_without_rows_is_refused(
    content: bytes, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    assert word in refused(["profile", str(path)], capsys).lower()


def test_a_wrong_encoding_is_refused_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"caf\xe9 number {number},drink" for number in range(30)]
    path.write_bytes("\n".join(["text,label", *lines]).encode("latin-1"))
    assert "save it again as UTF-8" in refused(["profile", str(path)], capsys)


def blocking(argv: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Headlines of the findings that block, with what to do for each."""
    assert main([*argv, "--json"]) == 1
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    found = [each for each in json.loads(out)["findings"] if each["level"] == "BLOCK"]
    assert found
    assert all(each["do"] for each in found)
    return [each["headline"] for each in found]


def test_rows_without_a_usable_column_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"alpha": str(number), "beta": str(number * number)} for number in range(60)]
    line = refused(["profile", str(jsonl(tmp_path / "rows.jsonl", rows))], capsys)
    assert "alpha" in line


def test_a_column_that_does_not_exist_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = jsonl(tmp_path / "rows.jsonl", ROWS)
    line = refused(["profile", str(path), "--column", "prompt=asked", "--column", "answer=answer"], capsys)
    assert "asked" in line


def test_three_rows_block(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocking(["profile", str(jsonl(tmp_path / "rows.jsonl", ROWS[:3]))], capsys)


def test_one_class_blocks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"text": f"I wait for my card number {number}", "label": "card"} for number in range(60)]
    blocking(["profile", str(jsonl(tmp_path / "rows.jsonl", rows))], capsys)


@pytest.fixture(scope="module")
def good_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with everything in place."""
    return make_tiny_model(tmp_path_factory.mktemp("model"))


def without(model: Path, folder: Path, *patterns: str) -> Path:
    """A copy of a model folder that lacks some files."""
    folder.mkdir()
    for path in model.iterdir():
        if not any(path.match(pattern) for pattern in patterns):
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_a_model_that_does_not_exist_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = jsonl(tmp_path / "rows.jsonl", ROWS)
    assert "does not exist" in refused(["run", str(path), "--model", str(tmp_path / "none")], capsys)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("missing", "added"),
    [("config.json", ""), ("*.safetensors", ""), ("tokenizer*", ""), ("*.safetensors", "pytorch_model.bin")],
)
def test_an_incomplete_or_pickled_model_is_never_trained(
    missing: str, added: str, good_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = without(good_model, tmp_path / "model", missing)
    if added:
        (folder / added).write_bytes(b"\x80\x04")
    path = jsonl(tmp_path / "rows.jsonl", ROWS)
    assert main(["run", str(path), "--model", str(folder)]) in (1, 2)
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    assert "pilot started" not in err
    assert "advisor: " in err or "BLOCK" in out


def test_a_template_that_raises_is_explained(
    good_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = without(good_model, tmp_path / "model")
    (folder / "chat_template.jinja").write_text("{{ raise_exception('no such turn') }}")
    path = jsonl(tmp_path / "rows.jsonl", ROWS)
    assert main(["profile", str(path), "--model", str(folder)]) in (1, 2)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert "template" in out + err


def test_a_pilot_that_is_left_out_names_what_forbids_it_though_its_step_is_not_shown(
    good_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    full = replace(machine(), disks=(Disk("case", str(tmp_path), 1 << 20),))
    monkeypatch.setattr(stages, "planned", lambda case, _trip: case.but(machine=full))
    path = jsonl(tmp_path / "rows.jsonl", ROWS)
    assert main(["pilot", str(path), "--model", str(good_model), "--case", str(tmp_path / "case")]) == 1
    out, err = capsys.readouterr()
    assert "BLOCK" not in out
    assert "the pilot is left out: Only 1.0 MiB of disk are free for the case. Free some space" in err
