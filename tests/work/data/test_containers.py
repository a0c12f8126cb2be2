"""Columns of Parquet and Arrow, saved data sets, folders, several files, Zstandard and the Hub."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from datasets import Dataset, DatasetDict

from advisor.errors import BadData
from advisor.specs import DataChoice
from advisor.work.data.checks.all import ROW_CHECKS
from advisor.work.data.hub_files import training_files
from advisor.work.data.load import load
from advisor.work.data.scan.scan import Scan
from advisor.work.data.scan.state import RowStore
from tests.advisor.hub_double import Repository, hub, online
from tests.data_samples import load_file, message_row, question_rows, write_csv, write_jsonl

ROWS = question_rows(12)
ANSWERS = [str(row["answer"]) for row in ROWS]


def answers(path: Path, *more: Path) -> list[str]:
    return [each.answer for each in load(DataChoice(path=path, more=more)).examples]


def refusal(path: Path) -> str:
    with pytest.raises(BadData) as caught:
        load_file(path)
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("name", ["rows.parquet", "misnamed.txt"])
def test_parquet_is_read_by_content(tmp_path: Path, name: str) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / name)
    assert answers(tmp_path / name) == ANSWERS
    assert load_file(tmp_path / name).format.container == "parquet"


def test_conversations_in_parquet_are_lists_of_turns(tmp_path: Path) -> None:
    rows = [message_row(("user", f"a {n}"), ("assistant", f"b {n}")) for n in range(5)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    assert answers(tmp_path / "rows.parquet") == [f"b {n}" for n in range(5)]


def test_half_a_parquet_file_is_said_to_be_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS * 99), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "not a complete Parquet file" in refusal(path)


def test_parquet_without_rows_and_with_images_is_declined_in_words(tmp_path: Path) -> None:
    schema = pa.schema([("question", pa.string()), ("answer", pa.string())])
    pq.write_table(pa.Table.from_pylist([], schema=schema), tmp_path / "none.parquet")
    assert "has no rows" in refusal(tmp_path / "none.parquet")
    rows = [{"image": {"bytes": b"\x89PNG", "path": None}, "text": f"a {n}"} for n in range(5)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "images.parquet")
    assert "images" in refusal(tmp_path / "images.parquet")


def test_saved_data_sets_are_read_by_their_state(tmp_path: Path) -> None:
    Dataset.from_list(ROWS).save_to_disk(tmp_path / "one")
    assert answers(tmp_path / "one") == ANSWERS
    parts = DatasetDict(test=Dataset.from_list(ROWS[:2]), train=Dataset.from_list(ROWS[2:]))
    parts.save_to_disk(tmp_path / "parts")
    assert answers(tmp_path / "parts") == ANSWERS[2:]


def test_a_saved_data_set_with_a_missing_shard_or_state_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    Dataset.from_list(ROWS).save_to_disk(folder, num_shards=2)
    shard = sorted(folder.glob("*.arrow"))[1]
    shard.rename(tmp_path / "away")
    assert f"{shard.name} is missing" in refusal(folder)
    (tmp_path / "away").rename(shard)
    (folder / "state.json").unlink()
    assert "state.json is missing" in refusal(folder)


def test_a_state_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(
        '{"_data_files": [{"filename": "../secret.arrow"}]}', encoding="utf-8"
    )
    assert "outside of the folder" in refusal(tmp_path)


def test_a_script_in_a_folder_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "load.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')", encoding="utf-8")
    write_jsonl(tmp_path / "rows.jsonl", ROWS)
    assert answers(tmp_path) == ANSWERS
    assert not (tmp_path / "ran").exists()


def test_files_of_a_folder_follow_each_other_and_held_out_ones_are_left_out(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "train-1.jsonl", ROWS[:5])
    write_jsonl(tmp_path / "train-2.jsonl", ROWS[5:])
    write_jsonl(tmp_path / "test.jsonl", question_rows(3))
    loaded = load_file(tmp_path)
    assert [each.answer for each in loaded.examples] == ANSWERS
    assert [each.line for each in loaded.examples] == list(range(1, 13))


def test_a_folder_of_several_kinds_or_too_many_files_asks_to_choose(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", ROWS)
    write_csv(tmp_path / "b.csv", ("question", "answer"), [("a", "b")])
    assert "several kinds" in refusal(tmp_path)
    many = tmp_path / "many"
    many.mkdir()
    for number in range(1_001):
        (many / f"{number}.jsonl").touch()
    assert "1,001 files are too many" in refusal(many)


def test_several_files_of_different_kinds_are_one_data_set(tmp_path: Path) -> None:
    first = write_jsonl(tmp_path / "a.jsonl", ROWS[:4])
    second = write_csv(tmp_path / "b.csv", ("question", "answer"), [("q", "x"), ("r", "y")])
    assert answers(first, second) == [*ANSWERS[:4], "x", "y"]
    scan = Scan(DataChoice(path=first, more=(second,)), RowStore())
    scanned = scan.read(ROW_CHECKS)
    assert scanned.account.store.column("line").tolist() == [1, 2, 3, 4, 6, 7]
    assert "q → x" in scan.excerpts([6])[6]


def test_zstandard_is_unpacked_frame_by_frame(tmp_path: Path) -> None:
    raw = write_jsonl(tmp_path / "rows.jsonl", ROWS).read_bytes()
    pack = zstandard.ZstdCompressor().compress
    (tmp_path / "rows.zst").write_bytes(pack(raw[:200]) + pack(raw[200:]))
    assert answers(tmp_path / "rows.zst") == ANSWERS


def test_zstandard_that_breaks_off_says_so_and_a_bomb_is_stopped(tmp_path: Path) -> None:
    lines = "".join(
        json.dumps({"question": f"{n * 7919}", "answer": f"{n * n}"}) + "\n" for n in range(50_000)
    )
    packed = zstandard.ZstdCompressor().compress(lines.encode())
    (tmp_path / "half.zst").write_bytes(packed[: len(packed) // 2])
    loaded = load_file(tmp_path / "half.zst")
    assert loaded.partial
    assert "cut off" in loaded.problems[-1].reason
    bomb = zstandard.ZstdCompressor().compress(b'{"text": "' + b" " * (70 << 20))
    (tmp_path / "bomb.zst").write_bytes(bomb)
    assert "far more than text does" in refusal(tmp_path / "bomb.zst")


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_data_set_on_the_hub_is_fetched_and_read(monkeypatch: pytest.MonkeyPatch, hub_cache: Path) -> None:
    text = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    files = {"data/train-0.jsonl": text, "data/test-0.jsonl": b"", "load.py": b"raise SystemExit"}
    with hub({"datasets/ada/rows": Repository(files)}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert answers(Path("hf:ada/rows")) == ANSWERS
        assert "has no data set ada/nothing" in refusal(Path("hf:ada/nothing"))
    assert any(hub_cache.rglob("train-0.jsonl"))
    assert not any(hub_cache.rglob("load.py"))


def test_the_hub_without_an_answer_is_one_line(monkeypatch: pytest.MonkeyPatch, hub_cache: Path) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with online():
        assert "the Hub gives no answer" in refusal(Path("hf:ada/rows"))
    assert "not the name of a data set" in refusal(Path("hf:../../etc"))


def test_only_training_files_of_the_best_kind_are_fetched() -> None:
    sizes = {"a/train-0.parquet": 5, "a/train-1.parquet": 5, "a/test-0.parquet": 5, "train.csv": 9, "x.py": 1}
    assert training_files("ada/rows", sizes) == ["a/train-0.parquet", "a/train-1.parquet"]
    with pytest.raises(BadData, match="only a loading script"):
        training_files("ada/rows", {"rows.py": 1})
    with pytest.raises(BadData, match="more than is fetched unasked"):
        training_files("ada/rows", {"train.csv": 10**13})


def test_a_compressed_table_is_read_as_one(tmp_path: Path) -> None:
    raw = write_csv(tmp_path / "rows.csv", ("question", "answer"), [("a", "b")] * 3).read_bytes()
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(raw))
    assert answers(tmp_path / "rows.csv.gz") == ["b"] * 3


def test_gzip_of_several_members_filled_up_with_zeros_is_one_file(tmp_path: Path) -> None:
    raw = write_jsonl(tmp_path / "rows.jsonl", ROWS).read_bytes()
    members = gzip.compress(raw[:300]) + bytes(5_000) + gzip.compress(raw[300:]) + bytes(700)
    (tmp_path / "rows.gz").write_bytes(members)
    assert answers(tmp_path / "rows.gz") == ANSWERS
    assert not load_file(tmp_path / "rows.gz").partial


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_an_archive_whose_sum_does_not_fit_gives_its_rows_and_says_so(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    raw = write_jsonl(tmp_path / "rows.jsonl", ROWS).read_bytes()
    packed = bytearray(pack(raw) + pack(raw))
    packed[-6] ^= 0xFF
    (tmp_path / "rows.packed").write_bytes(packed)
    loaded = load_file(tmp_path / "rows.packed")
    assert [each.answer for each in loaded.examples][: len(ANSWERS)] == ANSWERS
    assert loaded.partial
    assert "damaged" in loaded.problems[-1].reason
