"""Files that cannot be used are answered in one line with what to do."""

import gzip
import os
import random
from pathlib import Path

import pytest

from advisor.errors import BadData
from heuristics.facts.data import Columns
from tests.data_samples import load_file, question_rows, write_csv, write_jsonl


def refusal(path: Path, columns: Columns | None = None) -> BadData:
    with pytest.raises(BadData) as caught:
        load_file(path, columns)
    assert "\n" not in caught.value.message
    assert caught.value.do
    return caught.value


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "nowhere.jsonl does not exist" in refusal(tmp_path / "nowhere.jsonl").message


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path).message


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refusal(tmp_path / "pipe").message


def test_a_device_is_refused() -> None:
    assert "not a regular file" in refusal(Path("/dev/zero")).message


def test_a_symbolic_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot be opened" in refusal(tmp_path / "loop").message


def test_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gone.jsonl").symlink_to(tmp_path / "nowhere.jsonl")
    assert "gone.jsonl" in refusal(tmp_path / "gone.jsonl").message


@pytest.mark.parametrize("target", ["nowhere.jsonl", "b.jsonl"])
def test_a_link_in_a_folder_that_leads_nowhere_is_named_instead_of_left_out(
    tmp_path: Path, target: str
) -> None:
    write_jsonl(tmp_path / "a.jsonl", question_rows(3))
    (tmp_path / "b.jsonl").symlink_to(tmp_path / target)
    assert "b.jsonl leads nowhere" in refusal(tmp_path).message


def test_links_in_a_folder_to_files_are_read_and_those_to_folders_are_not_followed(tmp_path: Path) -> None:
    elsewhere = write_jsonl(tmp_path / "elsewhere.jsonl", question_rows(3))
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.jsonl").symlink_to(elsewhere)
    (folder / "again.jsonl").symlink_to(folder, target_is_directory=True)
    assert len(load_file(folder).examples) == 3


def test_a_path_with_a_nul_character_is_refused() -> None:
    assert "cannot be opened" in refusal(Path("a\x00b")).message


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser can read every file")
def test_a_file_without_read_permission_is_refused(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(3))
    path.chmod(0)
    assert "permission denied" in refusal(path).message


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"")
    assert refusal(tmp_path / "empty.jsonl").message.endswith("is empty (0 bytes)")


@pytest.mark.parametrize("name", ["blank.jsonl", "blank.csv", "blank.txt", "blank"])
def test_only_line_breaks_are_no_rows(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\n\n\r\n\n")
    assert f"{name} has no rows" in refusal(tmp_path / name).message


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PAR1" + b"\x00" * 100, "not a complete Parquet file"),
        (b"ARROW1\x00\x00" + b"\x00" * 100, "not a complete Arrow file"),
        (b"PK\x03\x04" + b"\x00" * 100, "ZIP"),
        (b"\x28\xb5\x2f\xfd" + b"\x00" * 100, "damaged archive"),
        (b"\x80\x04\x95" + b"x" * 100, "pickle"),
        (b"%PDF-1.7 ", "PDF"),
        (random.Random(1).randbytes(4000), "binary file"),
    ],
)
def test_binary_files_are_named_for_what_they_are(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "data.jsonl").write_bytes(content)
    assert what in refusal(tmp_path / "data.jsonl").message


def test_utf_16_without_a_mark_is_named(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(("question,answer\n" + "a,b\n" * 40).encode("utf-16-le"))
    assert "UTF-16 without a byte order mark" in refusal(tmp_path / "data.csv").message


def test_a_file_in_another_encoding_names_the_byte(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_bytes('{"question": "é", "answer": "ü"}\n'.encode("latin-1") * 5)
    assert "not UTF-8: byte 0xE9" in refusal(tmp_path / "data.jsonl").message


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(70):
            file.write(b" " * (1 << 20))
    assert "far more than text does" in refusal(path).message


def test_a_file_that_only_looks_like_an_archive_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "data.gz").write_bytes(b"\x1f\x8b" + b"garbage" * 30)
    assert "damaged archive" in refusal(tmp_path / "data.gz").message


def test_no_usable_column_names_the_columns(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "data.csv", ("height", "width"), [("1", "2")] * 5)
    assert "height, width" in refusal(path).message


def test_terminal_codes_in_column_names_are_not_repeated(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "data.jsonl", [{"\x1b]52;c;eA==\x07": "x", "other": "y"}] * 3)
    assert "\x1b" not in refusal(path).message


def test_preference_data_are_explained(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "data.jsonl", [{"prompt": "a", "chosen": "b", "rejected": "c"}] * 3)
    assert "preference training" in refusal(path).message


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": "<image>Who?"}, {"role": "assistant", "content": "x"}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}]},
        {"prompt": "a", "completion": "b", "images": ["x.png"]},
    ],
)
def test_multimodal_data_are_declined_in_words(tmp_path: Path, row: dict[str, object]) -> None:
    path = write_jsonl(tmp_path / "data.jsonl", [row] * 3)
    assert "images, sound or video" in refusal(path).message


def test_a_mapping_to_a_missing_column_names_those_there_are(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "data.csv", ("height", "width"), [("1", "2")] * 5)
    message = refusal(path, Columns(prompt="depth", answer="width")).message
    assert "No column named depth" in message
    assert "height, width" in message


def test_half_a_mapping_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "data.csv", ("height", "width"), [("1", "2")] * 5)
    assert "incomplete" in refusal(path, Columns(prompt="height")).message
