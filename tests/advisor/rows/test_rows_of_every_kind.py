"""Rows of packed files, of other encodings and of plain text are looked at as their readers see them."""

import bz2
import errno
import gzip
import json
import lzma
import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from advisor.caches import cache_home
from advisor.fingerprint import fingerprint
from advisor.rows import unpacked_bytes
from advisor.rows.line_rows import LONGEST
from advisor.rows.source import RowSource, browsable
from advisor.rows.unpacked_bytes import UnpackedBytes
from advisor.work.data.row import Row
from advisor.work.data.rows import open_rows, open_several, part_of
from heuristics.facts.data import DataFacts, RowProblem
from tests.data_samples import question_rows, write_csv, write_jsonl
from tests.screens.sample_case import DATA

PACK: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda raw: raw,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": lambda raw: bz2.compress(raw, 1),
    "zst": zstandard.ZstdCompressor().compress,
}


def rows(count: int) -> list[dict[str, object]]:
    """Rows that do not pack well, with all that has a meaning in some container."""
    noise = random.Random(count)
    return [
        {"question": f"ünd {noise.getrandbits(200):x}?", "answer": f'said "{n}",\nthen {n * n}'}
        for n in range(count)
    ]


ROWS = 300
MANY = 6_000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def lines(folder: Path, count: int = ROWS) -> bytes:
    return write_jsonl(folder / "raw", [*rows(count // 2), "{broken", "", *rows(count)]).read_bytes()


def array(_folder: Path, count: int = ROWS) -> bytes:
    return json.dumps({"data": [*rows(count), 7]}, ensure_ascii=False, indent=1).encode()


def table(folder: Path, count: int = ROWS) -> bytes:
    records = [(str(row["question"]), str(row["answer"])) for row in rows(count)]
    raw = write_csv(folder / "raw", ("question", "question"), records, ";").read_bytes()
    return raw + b"only one field\r\n" + b"a;b\r\n"


def unquoted(_folder: Path, count: int = ROWS) -> bytes:
    texts = [str(row["question"]).encode() for row in rows(count)]
    return b"label\ttext\n" + b"".join(b'ham\t"%b is open\nspam\tsay %b\n' % (each, each) for each in texts)


def paragraphs(_folder: Path, count: int = ROWS) -> bytes:
    return "\n\n".join(f"{row['question']}\nzweite Zeile\n \t" for row in rows(count)).encode()


def sentences(_folder: Path, count: int = ROWS) -> bytes:
    return "\n".join(str(row["question"]) for row in rows(count)).encode()


KINDS = {
    "rows.jsonl": lines,
    "rows.json": array,
    "rows.csv": table,
    "rows.tsv": unquoted,
    "rows.txt": paragraphs,
    "lines.txt": sentences,
}


def read(*paths: Path) -> tuple[list[Row | RowProblem], DataFacts]:
    """What the readers say, and the facts by which the rows are found again."""
    with open_several(paths) as opened:
        said = list(opened.rows)
        shape = opened.described(replace(DATA.format, container=opened.container))
    size = sum(each.stat().st_size for each in paths)
    files = []
    before = 0
    for path in paths if len(paths) > 1 else ():
        with open_rows(path) as part:
            files.append(part_of(path, part, before))
            before += max(each.line for each in part.rows)
    return said, replace(DATA, path=str(paths[0]), format=shape, bytes=size, files=tuple(files))


def counted(data: DataFacts) -> RowSource:
    assert browsable(data) == ""
    source = RowSource(data)
    for _ in source.index.count():
        pass
    return source


def agree(source: RowSource, said: list[Row | RowProblem]) -> None:
    for each in said:
        name = fingerprint(each.value) if isinstance(each, Row) else None
        assert source.row(each.line).fingerprint == name, each


@pytest.mark.parametrize(
    ("packing", "encoding"),
    [("plain", "utf-8"), ("plain", "utf-8-sig"), ("plain", "utf-16"), ("zst", "utf-16"), ("gz", "utf-8")],
)
@pytest.mark.parametrize("name", KINDS)
def test_every_row_is_shown_as_its_reader_reads_it(
    tmp_path: Path, name: str, encoding: str, packing: str
) -> None:
    text = KINDS[name](tmp_path).decode("utf-8")
    path = tmp_path / name
    path.write_bytes(PACK[packing](text.encode(encoding)))
    said, data = read(path)
    assert len(said) >= 300
    source = counted(data)
    agree(source, said)
    source.close()


def test_several_files_of_several_kinds_are_numbered_on(tmp_path: Path) -> None:
    first, second, third, last = (tmp_path / name for name in ("a.gz", "b.csv", "c.zst", "d.jsonl"))
    first.write_bytes(gzip.compress(lines(tmp_path)))
    second.write_bytes(table(tmp_path).replace(b"question;question", b"question;answer"))
    third.write_bytes(PACK["zst"](lines(tmp_path).decode().encode("utf-16")))
    write_jsonl(last, question_rows(9))
    said, data = read(first, second, third, last)
    source = counted(data)
    agree(source, said)
    assert source.place(said[-1].line) == "d.jsonl:9"
    source.close()


@pytest.mark.parametrize(
    ("packing", "name"),
    [*(("gz", name) for name in KINDS), ("xz", "rows.jsonl"), ("bz2", "rows.csv"), ("zst", "rows.json")],
)
def test_rows_before_the_place_where_an_archive_is_cut_off_are_shown_and_the_rest_is_said(
    tmp_path: Path, name: str, packing: str
) -> None:
    packed = PACK[packing](KINDS[name](tmp_path, MANY))
    path = tmp_path / name
    path.write_bytes(packed[: len(packed) // 2])
    said, data = read(path)
    whole, last = [each for each in said if isinstance(each, Row)], said[-1]
    assert len(whole) > MANY // 4
    assert isinstance(last, RowProblem)
    assert "cut off here" in last.reason
    source = counted(data)
    agree(source, whole[:50] + whole[-50:])
    assert "cut off here" in source.row(last.line + 5).text
    source.close()


def test_what_is_unpacked_has_no_name_is_private_and_ends_with_its_child(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "rows.gz"
    path.write_bytes(gzip.compress(lines(tmp_path) * 300))
    stored = UnpackedBytes(path)
    pieces = stored.pieces(1 << 16)
    assert next(pieces).startswith(b'{"question"')
    child, file = stored._child, stored._file
    assert child is not None and file is not None
    folder = cache_home() / unpacked_bytes.FOLDER
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (os.fstat(file).st_mode & 0o777, os.fstat(file).st_nlink) == (0o600, 0)
    stored.close()
    assert child.poll() is not None
    assert list(pieces) == []
    assert stored.read(0, 9) == b""
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file)


def test_no_more_of_the_disk_is_taken_than_one_file_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked_bytes, "MOST", 1 << 20)
    path = tmp_path / "rows.gz"
    path.write_bytes(gzip.compress(lines(tmp_path) * 60))
    said, data = read(path)
    source = counted(data)
    agree(source, said[:1000])
    assert "only the first 1,048,576 bytes" in source.row(said[-1].line).text
    source.close()


def test_a_full_disk_is_told_and_what_is_unpacked_until_then_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.gz"
    path.write_bytes(gzip.compress(lines(tmp_path) * 60))
    said, data = read(path)
    write = os.pwrite

    def full(handle: int, piece: bytes, place: int) -> int:
        if place >= 1 << 18:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, piece, place)

    monkeypatch.setattr(os, "pwrite", full)
    source = counted(data)
    agree(source, said[:1000])
    assert "the disk has no room" in source.row(said[-1].line).text
    source.close()


def test_a_million_packed_rows_are_unpacked_in_seconds_and_each_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rows.zst"
    path.write_bytes(PACK["zst"](b'{"question": "q", "answer": "a"}\n' * 1_000_000))
    shape = replace(DATA.format, container="jsonl")
    source = counted(replace(DATA, path=str(path), format=shape, bytes=path.stat().st_size))
    assert source.index.lines == 1_000_000
    began = time.perf_counter()
    shown = [source.row(line) for line in range(5, 1_000_001, 10_000)]
    assert (time.perf_counter() - began) / len(shown) < 0.02
    assert all(each.excerpt == "q | a" for each in shown)
    source.close()


def test_a_row_longer_than_is_shown_is_shown_as_far_and_cannot_be_marked(tmp_path: Path) -> None:
    path = tmp_path / "rows.txt"
    path.write_text("short\n\n" + "word " * (LONGEST // 4) + "\n\nlast", encoding="utf-8")
    _, data = read(path)
    source = counted(data)
    shown = source.row(3)
    assert shown.fingerprint is None
    assert shown.excerpt.startswith("word word")
    assert source.row(5).text == "text: last"
