"""Files are read by content, and every bad row is a problem of its own line."""

import bz2
import gzip
import json
import lzma
import tracemalloc
from pathlib import Path

import pytest

from advisor.work.data import jsonl
from advisor.work.data.limits import data_limits
from tests.data_samples import load_file, load_rows, question_rows, write_csv, write_jsonl

ROWS = question_rows(12)
ANSWERS = [row["answer"] for row in ROWS]


def answers(path: Path) -> list[str]:
    return [each.answer for each in load_file(path).examples]


def test_json_lines_are_read_with_their_line_numbers(tmp_path: Path) -> None:
    loaded = load_rows(tmp_path, [ROWS[0], "", ROWS[1]])
    assert [each.line for each in loaded.examples] == [1, 3]
    assert loaded.format.container == "jsonl"
    assert (loaded.rows, loaded.malformed) == (2, 0)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        json.dumps({"version": 1, "data": ROWS}),
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
    ],
    ids=["array", "pretty array", "array inside an object", "pretty-printed objects"],
)
@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl", "rows"])
def test_json_documents_are_recognised_whatever_the_file_is_called(
    tmp_path: Path, text: str, name: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert answers(path) == ANSWERS
    assert load_file(path).format.container == "json"


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_compressed_files_are_recognised_by_content(tmp_path: Path, pack: object) -> None:
    plain = write_jsonl(tmp_path / "rows.jsonl", ROWS)
    packed = tmp_path / "misnamed.txt"
    packed.write_bytes(pack(plain.read_bytes()))  # type: ignore[operator]
    assert answers(packed) == ANSWERS


def test_an_archive_that_was_cut_off_keeps_its_first_rows_and_says_so(tmp_path: Path) -> None:
    import random

    rng = random.Random(3)
    rows = [{"question": str(rng.random()), "answer": str(rng.random())} for _ in range(20_000)]
    packed = gzip.compress(write_jsonl(tmp_path / "rows.jsonl", rows).read_bytes())
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    loaded = load_file(path)
    assert loaded.partial
    assert 5_000 < len(loaded.examples) < 15_000
    assert "cut off" in loaded.problems[-1].reason


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "rows.jsonl"
    text = "\n".join(
        json.dumps({"question": f"Qué {n}?", "answer": "café"}, ensure_ascii=False) for n in range(3)
    )
    path.write_bytes(text.encode(encoding))
    loaded = load_file(path)
    assert [each.answer for each in loaded.examples] == ["café"] * 3
    assert loaded.malformed == 0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"question": "a", "answer": "b",}', "trailing comma"),
        ('{"question": "a", "answer": NaN}', "NaN"),
        ('{"question": "a", "answer": -Infinity}', "-Infinity"),
        ('{"question": "a", "answer": "\\ud800"}', "surrogate"),
        ('{"question": "a", "answer": "b"} {"question": "c", "answer": "d"}', "more than one JSON value"),
        ("[1, 2]", "an array"),
        ("17", "a number"),
        ('"text"', "a string"),
        ('{"question": "a", "ans', "cut off"),
        (b'{"question": "a", "answer": "\x00"}', "NUL byte at column 30"),
        ('{"question": ' + "[" * 2000 + "]" * 2000 + ', "answer": "b"}', "nested too deeply"),
        ('{"question": "caf\xe9", "answer": "b"}'.encode("latin-1"), "0xE9"),
        ("not json at all", "not valid JSON"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_the_others_are_kept(
    tmp_path: Path, line: str | bytes, reason: str
) -> None:
    loaded = load_rows(tmp_path, [ROWS[0], line, ROWS[1]])
    assert [each.line for each in loaded.examples] == [1, 3]
    assert loaded.malformed == 1
    assert loaded.problems[0].line == 2
    assert reason in loaded.problems[0].reason


def test_a_wrong_byte_is_guessed_as_windows_1252(tmp_path: Path) -> None:
    loaded = load_rows(tmp_path, [ROWS[0], '{"question": "café", "answer": "b"}'.encode("cp1252")])
    assert "café" in loaded.problems[0].reason


def test_a_download_that_was_cut_is_told_from_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS)[:-20], encoding="utf-8")
    problem = load_file(path).problems[0]
    assert problem.line == 12
    assert problem.reason.startswith("cut off")


def test_a_line_over_the_limit_is_skipped_within_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = data_limits()
    small = limits.model_copy(
        update={"reader": limits.reader.model_copy(update={"longest_line_bytes": 1 << 20})}
    )
    monkeypatch.setattr(jsonl, "data_limits", lambda: small)
    path = tmp_path / "rows.jsonl"
    with path.open("wb") as file:
        file.write(json.dumps(ROWS[0]).encode() + b"\n")
        file.write(b'{"question": "' + b"x" * (32 << 20) + b'"}\n')
        file.write(json.dumps(ROWS[1]).encode() + b"\n")
    tracemalloc.start()
    loaded = load_file(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [each.line for each in loaded.examples] == [1, 3]
    assert "longer than 1,048,576 bytes" in loaded.problems[0].reason
    assert peak < 12 << 20


def test_the_excerpt_of_a_bad_line_hides_private_values(tmp_path: Path) -> None:
    loaded = load_rows(tmp_path, [ROWS[0], '{"question": "mail ada@example.org", }'])
    assert "ada@example.org" not in loaded.problems[0].excerpt
    assert "[e-mail address]" in loaded.problems[0].excerpt


def test_a_document_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(ROWS)[:-30], encoding="utf-8")
    loaded = load_file(path)
    assert len(loaded.examples) == 11
    assert loaded.partial
    assert loaded.problems[0].line == 12


def test_a_wrong_byte_in_an_array_costs_its_row_only(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    raw = json.dumps(ROWS).encode().replace(b"chapter 7.", b"chapter \xe9.")
    path.write_bytes(raw)
    loaded = load_file(path)
    assert len(loaded.examples) == 11
    assert loaded.problems[0].line == 2
    assert "not UTF-8" in loaded.problems[0].reason


def test_array_items_that_are_not_objects_are_row_errors(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([ROWS[0], 5, [1], ROWS[1]]), encoding="utf-8")
    loaded = load_file(path)
    assert [each.reason for each in loaded.problems] == [
        "not an object but a number",
        "not an object but an array",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [(str(row["question"]), str(row["answer"])) for row in ROWS]
    path = write_csv(tmp_path / "data", ("question", "answer"), rows, delimiter)
    loaded = load_file(path)
    assert [each.answer for each in loaded.examples] == ANSWERS
    assert loaded.format.delimiter == delimiter
    assert loaded.format.container == "csv"


def test_line_breaks_and_quotes_inside_quotes_belong_to_the_field(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "data.csv", ("question", "answer"), [('say "a",\nb', "one\n\ntwo"), ("c", "d")]
    )
    loaded = load_file(path)
    assert [each.answer for each in loaded.examples] == ["one\n\ntwo", "d"]
    assert [each.line for each in loaded.examples] == [2, 6]


def test_values_of_a_table_stay_text(tmp_path: Path) -> None:
    rows = [(f"q{n}", value) for n, value in enumerate(("NA", "null", "007", "1e5", "true"))]
    path = write_csv(tmp_path / "data.csv", ("question", "answer"), rows)
    assert answers(path) == ["NA", "null", "007", "1e5", "true"]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    lines = ["question,answer", "a,b", '"never closed,c', *(f"q{n},x{n}" for n in range(500))]
    path = tmp_path / "data.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    loaded = load_file(path)
    assert len(loaded.examples) == 501
    assert loaded.malformed == 1
    assert loaded.problems[0].line == 3
    assert "never closed" in loaded.problems[0].reason
    assert loaded.examples[-1].line == 503


def test_ragged_rows_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("question,answer\na,b\nc\nd,e,f\ng,h\n", encoding="utf-8")
    loaded = load_file(path)
    assert [each.answer for each in loaded.examples] == ["b", "h"]
    assert [(each.line, each.reason) for each in loaded.problems] == [
        (3, "1 fields where the header has 2"),
        (4, "3 fields where the header has 2"),
    ]


def test_a_wrong_byte_in_a_table_is_a_row_error(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"question,answer\na,b\ncaf\xe9,d\n")
    loaded = load_file(path)
    assert len(loaded.examples) == 1
    assert "0xE9" in loaded.problems[0].reason
    assert loaded.problems[0].line == 3


def test_columns_of_one_name_are_both_kept(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "data.csv", ("question", "answer", "answer"), [("a", "b", "c")] * 3)
    assert answers(path) == ["b"] * 3


def test_tab_separated_text_may_hold_lone_quotation_marks(tmp_path: Path) -> None:
    path = tmp_path / "data.tsv"
    lines = [f'ham\t"he said it {n}' if n % 2 else f"spam\tbuy {n}" for n in range(40)]
    path.write_text("Label\tSMS\n" + "\n".join(lines) + "\n", encoding="utf-8")
    loaded = load_file(path)
    assert (len(loaded.examples), loaded.malformed) == (40, 0)
    assert loaded.examples[1].prompt[0].content == '"he said it 1'


def test_plain_text_is_read_by_lines_or_by_paragraphs(tmp_path: Path) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_text("First, a line.\nSecond line, longer, with commas.\nThird.\n", encoding="utf-8")
    assert answers(lines) == ["First, a line.", "Second line, longer, with commas.", "Third."]
    paragraphs = tmp_path / "paragraphs.txt"
    paragraphs.write_text("One\nmore\n\n\nTwo\n", encoding="utf-8")
    loaded = load_file(paragraphs)
    assert [(each.line, each.answer) for each in loaded.examples] == [(1, "One\nmore"), (5, "Two")]
    assert loaded.format.name == "text"


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    import hashlib

    path = write_jsonl(tmp_path / "rows.jsonl", ROWS)
    loaded = load_file(path)
    assert loaded.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert loaded.bytes == path.stat().st_size
