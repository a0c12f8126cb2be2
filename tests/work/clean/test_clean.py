"""A cleaned copy holds the rows of its source less the logged removals, and the source stays as it was."""

import errno
import gzip
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.errors import BadData, NoSpace
from advisor.fixes import fixes
from advisor.work.clean import writing
from advisor.work.clean.asking import asked
from advisor.work.clean.chain import EDITS
from advisor.work.clean.copying import Copyist
from advisor.work.clean.drops import questions
from advisor.work.clean.whole import WHOLE
from heuristics.facts.cleaning import Cleaning, Spelling
from tests.data_samples import label_rows, question_rows, write_csv, write_jsonl
from tests.file_faults import FAULTS, Fault, strike_everywhere
from tests.work.clean.cleaned import EVERYTHING, Cleaned, clean_file, preview_file

WORDS = ("the harbour at night", "a lamp &amp; a stone", "donâ€™t", "", "n/a", "I cannot help with that.")
CELLS = st.lists(
    st.sampled_from((*WORDS, "x\x00y", "me@corp.example.org", " padded ")), min_size=1, max_size=3
)
TEXT = CELLS.map(" ".join)
ROWS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=12)


def balanced(done: Cleaned) -> bool:
    removed = [entry for entry in done.log if entry["after_hash"] is None]
    return done.facts.rows_out == done.facts.rows_in - len(removed) == len(done.lines)


def test_untouched_rows_stay_byte_identical(tmp_path: Path) -> None:
    odd = b'{"question" :  "What is 12345678901234567890123?","answer":"A \\u00e9 number","n":1.50}'
    bad = b'{"question": "Tom &amp; Jerry", "answer": "yes", "big": 12345678901234567890123}'
    path = write_jsonl(tmp_path / "rows.jsonl", [odd, bad, *question_rows(3)])
    before = path.read_bytes()
    done = clean_file(path)
    assert path.read_bytes() == before
    assert done.lines[0] == odd + b"\n"
    assert done.lines[1] == bad.replace(b"&amp;", b"&") + b"\n"
    assert done.lines[2:] == before.splitlines(keepends=True)[2:]
    assert (done.facts.changed, done.facts.removed) == (1, 0)


def test_every_change_is_logged_with_rule_hashes_and_a_masked_excerpt(tmp_path: Path) -> None:
    rows = [{"question": "Tom &amp; jo@corp.example.org?", "answer": "yes"}, *question_rows(2)]
    path = write_jsonl(tmp_path / "rows.jsonl", [*rows, rows[1]])
    done = clean_file(path, ("entities", "private_data", "exact_duplicates"))
    change, removal = done.log
    assert (change["line"], change["rules"]) == (1, {"entities": 1, "private_data": 1})
    assert "jo@corp" not in json.dumps(done.log)
    assert "[e-mail address]" in str(change["before"])
    assert change["before_hash"] != change["after_hash"]
    assert (removal["line"], removal["rules"], removal["after_hash"], removal["instead"]) == (
        4,
        {"exact_duplicates": 1},
        None,
        2,
    )
    assert balanced(done)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS, names=st.sets(st.sampled_from(EVERYTHING)), majority=st.booleans())
def test_a_second_cleaning_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], names: set[str], majority: bool
) -> None:
    folder = tmp_path_factory.mktemp("twice")
    path = write_jsonl(folder / "rows.jsonl", [{"prompt": one, "response": two} for one, two in rows])
    conflicts = "majority" if majority else "drop"
    once = clean_file(path, names, conflicts=conflicts)
    assert balanced(once)
    if not once.lines:
        return
    again = folder / "again.jsonl"
    again.write_bytes(once.copy)
    twice = clean_file(again, names, folder="second", conflicts=conflicts)
    assert twice.copy == once.copy
    assert twice.log == ()


def test_csv_stays_csv_with_its_delimiter_header_and_line_ends(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "rows.csv",
        ("question", "answer"),
        [('one; "two"\nthree', "a &amp; b"), ("plain", "same"), ("plain", "same")],
        delimiter=";",
    )
    before = path.read_bytes()
    done = clean_file(path)
    assert done.facts.path is not None
    assert done.facts.path.endswith("rows.cleaned.csv")
    assert done.copy == before.replace(b'"a &amp; b"', b"a & b").removesuffix(b"plain;same\r\n")
    assert path.read_bytes() == before


def test_rows_of_other_containers_become_json_lines_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(question_rows(4), indent=1), encoding="utf-8")
    done = clean_file(path)
    assert done.rows == question_rows(4)
    assert "JSON Lines" in done.facts.note


def test_a_compressed_file_in_another_encoding_is_read_and_its_copy_is_plain_utf8(tmp_path: Path) -> None:
    rows = [{"question": "Où est &amp; qui?", "answer": "là"}, *question_rows(3)]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(text.encode("utf-16")))
    done = clean_file(path)
    assert done.facts.path is not None
    assert done.facts.path.endswith("rows.cleaned.jsonl")
    assert done.copy == text.replace("&amp;", "&").encode()
    assert "UTF-8" in done.facts.note


def test_rows_that_cannot_be_read_stay_unless_the_user_says_otherwise(tmp_path: Path) -> None:
    wrong = '{"question": "Où?", "answer": "là"}'.encode("cp1252")
    path = write_jsonl(tmp_path / "rows.jsonl", [*question_rows(3), b"{broken", wrong])
    assert clean_file(path).copy == path.read_bytes()
    dropped = clean_file(path, ("malformed",), folder="dropped")
    assert [entry["line"] for entry in dropped.log] == [4, 5]
    guessed = clean_file(path, ("windows_1252", "malformed"), folder="guessed")
    assert guessed.lines[3] == '{"question": "Où?", "answer": "là"}\n'.encode()
    assert [entry["line"] for entry in guessed.log] == [4, 5]
    assert balanced(guessed)


def test_a_line_of_several_rows_is_split_only_when_asked(tmp_path: Path) -> None:
    first, second, third = (json.dumps(each) for each in question_rows(3))
    path = write_jsonl(tmp_path / "rows.jsonl", [first, f"{second} {third}", '{"a": 1} 7'])
    assert clean_file(path).copy == path.read_bytes()
    done = clean_file(path, ("split_lines",), folder="split")
    assert done.lines == [f"{each}\n".encode() for each in (first, second, third, '{"a": 1} 7')]
    assert [(entry["line"], entry["rules"]) for entry in done.log] == [(2, {"split_lines": 1})] * 2
    assert (done.facts.rows_in, done.facts.rows_out, done.facts.changed) == (4, 4, 2)
    again = clean_file(Path(str(done.facts.path)), ("split_lines",), folder="again")
    assert (again.copy, again.log) == (done.copy, ())
    seen = preview_file(path).outcome("split_lines")
    assert seen is not None
    assert seen.rows == 2


def test_each_drop_leaves_out_its_rows_only(tmp_path: Path) -> None:
    long = "The quick brown fox jumps over the lazy dog near the old stone bridge by the river at"
    rows = [
        {"question": "Why?", "answer": "Because."},
        {"question": "Why?", "answer": "Because."},
        {"question": "Why?", "answer": "No reason."},
        {"question": "How?", "answer": ""},
        {"question": "Who?", "answer": "I'm sorry, but I cannot help with that."},
        {"question": "When?", "answer": "On {{date}}"},
        {"question": f"{long} dawn, said one of them", "answer": "Yes"},
        {"question": f"{long} dusk, said one of them", "answer": "Yes"},
    ]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    expected = {
        "exact_duplicates": [2],
        "conflicts": [1, 2, 3],
        "empty_answers": [4],
        "refusals": [5],
        "placeholders": [6],
        "near_duplicates": [8],
    }
    for fix, lines in expected.items():
        done = clean_file(path, (fix,), folder=fix)
        removed = [entry["line"] for entry in done.log]
        assert removed == lines if fix != "near_duplicates" else removed[-1] == lines[0]
        assert balanced(done)
    kept = clean_file(path, ("conflicts",), folder="majority", conflicts="majority")
    assert [entry["line"] for entry in kept.log] == [3]


def test_labels_take_the_spelling_that_the_user_chose(tmp_path: Path) -> None:
    rows = [*label_rows({"refund": 30, "billing": 30}), {"text": "odd one", "label": "Refund"}]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    (cluster,) = preview_file(path).clusters
    assert cluster.spellings == (("refund", 30), ("Refund", 1))
    done = clean_file(path, ("labels",), spellings=(Spelling("", "Refund", "refund"),))
    assert [row["label"] for row in done.rows].count("refund") == 31


def test_a_preview_counts_every_fix_alone_and_writes_nothing(tmp_path: Path) -> None:
    rows = [
        *question_rows(5),
        question_rows(1)[0],
        {"question": "a &amp; b", "answer": "jo@corp.example.org"},
    ]
    path = write_jsonl(tmp_path / "rows.jsonl", [*rows, "{broken"])
    facts = preview_file(path)
    counts = {each.fix: each.rows for each in facts.outcomes if each.rows}
    assert counts == {"entities": 1, "private_data": 1, "malformed": 1, "exact_duplicates": 1}
    entities = facts.outcome("entities")
    assert entities is not None
    assert (entities.examples[0].before, entities.examples[0].after) == ("a &amp; b", "a & b")
    assert "jo@corp" not in str(facts)
    assert facts.path is None
    assert not list(tmp_path.rglob("*.cleaned*"))


def test_blanks_and_invisible_characters_are_drawn_in_examples(tmp_path: Path) -> None:
    rows = [{"question": "  a ", "answer": "x"}, {"question": "b\r\nc\u200b", "answer": "y"}]
    facts = preview_file(write_jsonl(tmp_path / "rows.jsonl", rows))
    spaces, unseen = facts.outcome("spaces"), facts.outcome("control_characters")
    assert spaces is not None
    assert (spaces.examples[0].before, spaces.examples[0].after) == ("··a·", "a")
    assert unseen is not None
    assert unseen.examples[0].before == "b\\r\\nc<U+200B>"


def test_every_fix_of_the_preset_is_done_by_something() -> None:
    done = {
        *EDITS,
        *questions(tuple(each.name for each in fixes()), Cleaning(), frozenset()),
        *WHOLE,
        *asked(),
    }
    assert {each.name for each in fixes()} == done | {
        "malformed",
        "windows_1252",
        "split_lines",
        "over_context",
    }


def test_a_source_that_changes_meanwhile_is_noticed_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(20))
    run = Copyist.run

    def meddled(*arguments: object) -> object:
        done = run(*arguments)  # type: ignore[arg-type]
        with path.open("ab") as file:
            file.write(b'{"question": "new", "answer": "row"}\n')
        return done

    monkeypatch.setattr(Copyist, "run", meddled)
    with pytest.raises(BadData, match="changed during"):
        clean_file(path)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(20))
    real = os.fsync

    def full(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().suffix == ".tmp":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoSpace, match="nothing was left"):
        clean_file(path)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_any_fault_leaves_the_source_and_no_copy_without_its_log(fault: Fault, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", [*question_rows(3), question_rows(1)[0]])
    before, target = path.read_bytes(), tmp_path / "out"

    def judge() -> None:
        assert path.read_bytes() == before
        names = (
            {each.name for each in target.iterdir() if each.suffix != ".tmp"} if target.is_dir() else set()
        )
        if "rows.cleaned.jsonl" in names:
            assert names == {"rows.cleaned.jsonl", "changes.jsonl", "cleaning.toml"}
            assert (target / "rows.cleaned.jsonl").read_bytes() == b"".join(before.splitlines(True)[:3])
            assert len((target / "changes.jsonl").read_bytes().splitlines()) == 1
        shutil.rmtree(target, ignore_errors=True)

    assert strike_everywhere(lambda: clean_file(path), fault, judge) >= 5


def test_a_disk_without_room_is_told_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(20))
    usage = type(writing.shutil.disk_usage(tmp_path))(100, 99, 1)
    monkeypatch.setattr(writing.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(NoSpace, match=r"needs .* has 1 B"):
        clean_file(path)


def test_the_copy_never_replaces_its_source(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.cleaned.jsonl", question_rows(3))
    with pytest.raises(BadData, match="its own source"):
        clean_file(path, folder=".")


def test_what_a_fix_needs_is_asked_for(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(3))
    for fix, words in (("labels", "spelling"), ("leaks", "test file"), ("over_context", "tokenizer")):
        with pytest.raises(BadData, match=words):
            clean_file(path, (fix,), folder=fix)
