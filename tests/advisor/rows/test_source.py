"""Lines of findings stay on disk, and single rows are read where they stand."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from advisor.fingerprint import fingerprint
from advisor.rows.column_pages import ColumnPages
from advisor.rows.document_index import DocumentIndex
from advisor.rows.found_lines import add_lines, clear_lines, read_lines
from advisor.rows.line_index import CHUNK, LineIndex
from advisor.rows.source import RowSource, browsable
from advisor.rows.stored_bytes import PlainBytes
from advisor.work.data.row import Row
from advisor.work.data.rows import OpenedRows, open_rows
from heuristics.facts.data import DataFacts
from tests.data_samples import keep_lines, question_rows, write_csv, write_jsonl
from tests.screens.sample_case import DATA, HOSTILE


def facts(path: Path, container: str = "jsonl", delimiter: str | None = None) -> DataFacts:
    shape = replace(DATA.format, container=container, delimiter=delimiter)  # type: ignore[arg-type]
    size = path.stat().st_size if path.exists() else 0
    return replace(DATA, path=str(path), format=shape, bytes=size)


def counted(source: RowSource) -> RowSource:
    for _ in source.index.count():
        pass
    return source


def test_lines_of_a_check_come_back_in_order_without_being_held(tmp_path: Path) -> None:
    keep_lines(tmp_path, "mojibake", [3, 9, 2**40])
    lines = read_lines(tmp_path, "mojibake")
    assert lines is not None
    assert (len(lines), list(lines), lines[1], lines[-1], list(lines[1:3])) == (
        3,
        [3, 9, 2**40],
        9,
        2**40,
        [9, 2**40],
    )
    assert (tmp_path / "rows" / "mojibake.u64").read_bytes()[:8] == (3).to_bytes(8, "little")
    with pytest.raises(IndexError):
        lines[3]


def test_lines_that_were_not_kept_or_are_damaged_are_none(tmp_path: Path) -> None:
    assert read_lines(tmp_path, "mojibake") is None
    keep_lines(tmp_path, "mojibake", [1])
    (tmp_path / "rows" / "mojibake.u64").write_bytes(b"123")
    assert read_lines(tmp_path, "mojibake") is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lengths=st.lists(st.integers(0, 40_000), max_size=12), ended=st.booleans())
def test_every_line_is_found_where_it_begins(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], ended: bool
) -> None:
    lines = [bytes([97 + n % 26]) * length + b"\n" for n, length in enumerate(lengths)]
    raw = b"".join(lines) + (b"" if ended else b"tail")
    path = tmp_path_factory.mktemp("index") / "file"
    path.write_bytes(raw)
    index = LineIndex(PlainBytes(path))
    assert list(index.count())[-1] == len(raw)
    whole = raw.splitlines(keepends=True)
    assert index.lines == len(whole)
    start = 0
    for number, line in enumerate(whole, 1):
        assert index.offset(number) == start
        start += len(line)
    assert index.offset(len(whole) + 2) is None


def test_a_line_that_begins_with_a_chunk_is_found(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * (CHUNK - 1) + b"\nsecond\n")
    index = LineIndex(PlainBytes(path))
    list(index.count())
    assert (index.lines, index.offset(2)) == (2, CHUNK)


def test_a_row_is_shown_safely_with_private_values_masked(tmp_path: Path) -> None:
    row = {"question": HOSTILE, "answer": "write to jo@corp.example.org"}
    path = write_jsonl(tmp_path / "rows.jsonl", [*question_rows(2), row, "{broken"])
    source = counted(RowSource(facts(path)))
    shown = source.row(3)
    assert "[e-mail address]" in shown.excerpt
    assert "jo@corp" not in shown.text
    assert "\x1b" not in shown.text + shown.excerpt
    assert shown.fingerprint is not None
    assert source.row(4).excerpt == "{broken"
    assert source.row(4).fingerprint is None
    assert source.row(99).excerpt == "no such line"


def test_a_delimited_record_over_several_lines_is_one_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", ("q", "a"), [("one\ntwo", "x"), ("three", "y;z")], ";")
    source = counted(RowSource(facts(path, "csv", ";")))
    assert source.row(2).text == "q: one\ntwo\n\na: x"
    assert source.row(4).text == "q: three\n\na: y;z"


def test_a_record_of_too_few_fields_is_shown_without_those_that_follow(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"q,a\none alone\nnext,row\n")
    shown = counted(RowSource(facts(path, "csv", ","))).row(2)
    assert (shown.text, shown.fingerprint) == ("one alone", None)


def test_files_that_are_gone_or_changed_say_so(tmp_path: Path) -> None:
    assert "cannot be read" in browsable(facts(tmp_path / "missing"))
    good = facts(write_jsonl(tmp_path / "rows.jsonl", question_rows(1)))
    assert browsable(good) == ""
    assert "changed" in browsable(replace(good, bytes=1))


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text('a"\\{}[],: é', max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab[", max_size=2), inner)
)
ROWS = st.lists(st.dictionaries(st.sampled_from("qa"), VALUES, min_size=1), min_size=1, max_size=6)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS, st.sampled_from(["array", "inside", "printed", "mixed"]), st.none() | st.just(2))
def test_rows_of_a_document_are_those_of_the_reader(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]], kind: str, indent: int | None
) -> None:
    path = tmp_path_factory.mktemp("document") / "rows.json"
    mixed = [1, *rows, "x, [", [], None] if kind == "mixed" else rows
    whole: object = {"version": "[", "empty": [], "data": mixed} if kind == "inside" else mixed
    printed = [json.dumps(each, indent=2, ensure_ascii=False) for each in rows]
    text = "\n".join(printed) if kind == "printed" else json.dumps(whole, indent=indent, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    opened = open_rows(path)
    with opened:
        assume(opened.container == "json")
        assert isinstance(opened, OpenedRows)
        everything = list(opened.rows)
        shape = facts(path, "json")
        shape = replace(shape, format=replace(shape.format, rows_at=opened.rows_at))
    source = counted(RowSource(shape))
    assert source.index.lines == len(everything)
    for each in everything:
        name = fingerprint(each.value) if isinstance(each, Row) else None
        assert source.row(each.line).fingerprint == name


def test_a_document_read_in_pieces_is_found_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.json"
    rows = [{"question": 'a "[{" \\ é' * 9, "answer": n} for n in range(40)]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    whole = DocumentIndex(PlainBytes(path), "item")
    list(whole.count())
    monkeypatch.setattr("advisor.rows.document_index.CHUNK", 37)
    pieces = DocumentIndex(PlainBytes(path), "item")
    list(pieces.count())
    assert [pieces.raw(n, 9999) for n in range(1, 41)] == [whole.raw(n, 9999) for n in range(1, 41)]
    assert whole.raw(41, 9999) is None


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_rows_of_columns_come_from_a_child_that_ends(tmp_path: Path, kind: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"question": f"q{n}", "turns": [{"role": "user", "content": f"é{n}"}]} for n in range(500)]
    table, path = pa.Table.from_pylist(rows), tmp_path / "rows"
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=90)
    else:
        begin = pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream
        with begin(str(path), table.schema) as writer:
            writer.write_table(table, max_chunksize=70)
    data = facts(path, "parquet" if kind == "parquet" else "arrow")
    assert browsable(data) == ""
    source = RowSource(data)
    assert source.row(1).excerpt == "not found yet"
    counted(source)
    assert source.row(451).text == "question: q450\n\nuser: é450"
    assert source.row(451).fingerprint == fingerprint(rows[450])
    assert source.row(1).excerpt == "q0 | é0"
    assert source.row(501).excerpt == "no such line"
    (pages,) = source.index._parts
    assert isinstance(pages, ColumnPages) and pages._child is not None
    child = pages._child
    source.close()
    assert child.poll() is not None


def test_columns_that_cannot_be_served_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(OSError, match="one by one"):
        counted(RowSource(facts(path, "parquet")))


def test_a_row_of_a_million_is_read_as_fast_as_one_of_ten(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"question": "q", "answer": "a"}\n' * 1_000_000)
    source = counted(RowSource(facts(path)))
    assert source.index.lines == 1_000_000
    began = time.perf_counter()
    shown = [source.row(line) for line in range(5, 1_000_001, 10_000)]
    assert (time.perf_counter() - began) / len(shown) < 0.02
    assert all(each.excerpt == "q | a" for each in shown)


def test_a_new_pass_forgets_the_lines_of_an_earlier_one(tmp_path: Path) -> None:
    keep_lines(tmp_path, "mojibake", [1, 2])
    clear_lines(tmp_path)
    assert read_lines(tmp_path, "mojibake") is None
    add_lines(tmp_path, "mojibake", (5).to_bytes(8, "little"))
    add_lines(tmp_path, "mojibake", (9).to_bytes(8, "little"))
    lines = read_lines(tmp_path, "mojibake")
    assert lines is not None
    assert list(lines) == [5, 9]
