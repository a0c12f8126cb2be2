"""A pass over a file gives the same account however it is divided, in bounded memory and time."""

import json
import random
import time
import tracemalloc
from pathlib import Path

import pytest

from advisor.errors import Stopped
from advisor.events import DataFound
from advisor.jobs import read_events
from advisor.rows.found_lines import read_lines
from advisor.specs import DataChoice, JobSpec, ProfileTask
from advisor.work.data import limits as limiting
from advisor.work.data.checks.all import ROW_CHECKS, results_of
from advisor.work.data.limits import data_limits
from advisor.work.data.load import load
from advisor.work.data.profile import profile
from advisor.work.data.scan import parts as dividing
from advisor.work.data.scan import pool
from advisor.work.data.scan import scan as scanning
from advisor.work.data.scan.parts import byte_ranges
from advisor.work.data.scan.scan import Scan
from advisor.work.data.scan.state import RowStore
from advisor.work.data.scan.words import words_of
from advisor.work.emit import Emitter
from heuristics.facts.data import CheckResult
from tests.data_samples import Row, question_rows, write_jsonl


def results(path: Path, held: Path | None = None) -> dict[str, CheckResult]:
    scan = Scan(DataChoice(path=path), RowStore())
    scanned = scan.read(ROW_CHECKS)
    tested = Scan(DataChoice(path=held), RowStore()).read(()).account.store if held else None
    return {each.check: each for each in results_of(scanned, tested, scan.excerpts, None)[0]}


def with_part_bytes(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    limits = limiting.data_limits()
    small = limits.model_copy(update={"scan": limits.scan.model_copy(update={"part_bytes": size})})
    monkeypatch.setattr(dividing, "data_limits", lambda: small)


MIXED: list[Row | str] = [
    *question_rows(40),
    "{broken",
    "",
    {"question": "mail ada@example.org", "answer": "I am {{name}}."},
    *question_rows(5),
    {"question": "x" * 900, "answer": "y" * 900},
    *question_rows(3),
]


@pytest.mark.parametrize("size", [1, 7, 100, 1000, 10**6])
def test_every_division_of_a_file_gives_the_same_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", MIXED)
    whole = results(path)
    with_part_bytes(monkeypatch, size)
    assert results(path) == whole
    scan = Scan(DataChoice(path=path), RowStore())
    scanned = scan.read(ROW_CHECKS)
    assert (scanned.total.rows, scanned.total.malformed) == (50, 1)
    assert scanned.total.problems[0].line == 41
    assert scanned.sha256 == load(DataChoice(path=path)).sha256


def test_several_processes_give_the_same_account_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", MIXED)
    alone = results(path)
    with_part_bytes(monkeypatch, 2_000)
    monkeypatch.setattr(scanning, "workers_for", lambda _size: 2)
    assert results(path) == alone


def test_a_line_longer_than_a_part_belongs_to_the_part_where_it_begins(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", MIXED)
    lines = [row.line for each in byte_ranges(path, path.stat().st_size) for row in each.rows()]
    assert lines == [line for line in range(1, 53) if line != 42]


def test_small_files_are_read_by_one_process() -> None:
    assert pool.workers_for(1000) == 1
    assert pool.workers_for(10**9) >= 1


def test_lines_of_every_finding_are_kept_beside_the_run(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", [*question_rows(60), *question_rows(50)])
    profile(JobSpec(folder=tmp_path, task=ProfileTask(data=DataChoice(path=path))), Emitter(tmp_path))
    found = read_lines(tmp_path, "exact_duplicates")
    assert found is not None
    assert list(found) == list(range(61, 111))
    assert not list(tmp_path.glob("scan*"))


def test_a_stop_keeps_what_was_counted_and_marks_it_partial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = "I'm sorry, but I cannot help with that."
    rows: list[Row] = [
        {"question": f"{n}: The nurse said that {'she' if n % 2 else 'he'} knows.", "answer": refused}
        for n in range(1_000)
    ]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    with_part_bytes(monkeypatch, 20_000)

    def slow(*_: object) -> tuple[float, float]:
        raise AssertionError("what takes seconds to import is not needed for a stop")

    monkeypatch.setattr("advisor.work.data.bias.outcomes.disparity", slow)
    add = scanning.Account.add
    seen: list[int] = []

    def stopping(account: scanning.Account, part: object) -> None:
        add(account, part)  # type: ignore[arg-type]
        seen.append(1)
        if len(seen) == 3:
            raise Stopped("Stopped")

    monkeypatch.setattr(scanning.Account, "add", stopping)
    with pytest.raises(Stopped):
        profile(JobSpec(folder=tmp_path, task=ProfileTask(data=DataChoice(path=path))), Emitter(tmp_path))
    facts = [each.facts for each in read_events(tmp_path) if isinstance(each, DataFound)][-1]
    assert facts.partial
    assert 300 < facts.rows < 1_000


def test_a_stop_before_any_row_is_read_keeps_what_the_sample_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopping(_account: scanning.Account, _part: object) -> None:
        raise Stopped("Stopped")

    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(200))
    early = data_limits().lengths.model_copy(update={"early_bytes": 1})
    limits = data_limits().model_copy(update={"lengths": early})
    monkeypatch.setattr("advisor.work.data.profile.data_limits", lambda: limits)
    add = scanning.Account.add
    monkeypatch.setattr(
        scanning.Account, "add", lambda own, part: (stopping if own._run is not None else add)(own, part)
    )
    with pytest.raises(Stopped):
        profile(JobSpec(folder=tmp_path, task=ProfileTask(data=DataChoice(path=path))), Emitter(tmp_path))
    facts = [each.facts for each in read_events(tmp_path) if isinstance(each, DataFound)]
    assert [(each.rows, each.partial) for each in facts] == [(200, True)]


def test_a_file_that_grows_while_it_is_read_is_marked(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(20))
    scan = Scan(DataChoice(path=path), RowStore())
    with path.open("ab") as file:
        file.write(b'{"question": "late", "answer": "later"}\n')
    assert scan.read(ROW_CHECKS).partial


def test_a_file_removed_while_it_is_read_is_marked(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.json", [json.dumps(question_rows(20))])
    scan = Scan(DataChoice(path=path), RowStore())
    path.unlink()
    scanned = scan.read(ROW_CHECKS)
    assert scanned.partial
    assert scanned.total.rows == 20


def test_one_prompt_in_all_rows_costs_no_more_than_other_rows(tmp_path: Path) -> None:
    rng = random.Random(3)
    words = [f"word{n}" for n in range(2000)]

    def seconds(prompt: str | None) -> float:
        path = tmp_path / "rows.jsonl"
        rows = (
            {
                "question": prompt or " ".join(rng.choices(words, k=60)),
                "answer": " ".join(rng.choices(words, k=40)),
            }
            for _ in range(8_000)
        )
        write_jsonl(path, rows)
        best = 1e9
        for _ in range(2):
            began = time.process_time()
            found = results(path)
            best = min(best, time.process_time() - began)
        assert found["exact_duplicates"].count == 0
        return best

    usual = seconds(None)
    assert seconds("The very same long question about everything that there is " * 6) < 2 * usual + 0.5


def test_all_rows_equal_are_one_row(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", [{"question": "Who is it?", "answer": "Me."}] * 5_000)
    found = results(path)
    assert found["exact_duplicates"].count == 4_999
    assert found["near_duplicates"].count == 0


def test_a_long_array_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for number in range(40_000):
            text = f"{number} " * 60
            file.write(("," if number else "") + json.dumps({"question": text, "answer": "a"}))
        file.write("]")
    size = path.stat().st_size
    scan = Scan(DataChoice(path=path), RowStore(tmp_path / "state"))
    tracemalloc.start()
    total = scan.read(()).total
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total.rows == 40_000
    assert peak < max(60 << 20, 2 * size)


def test_leaks_are_found_by_likeness_and_by_quotation(tmp_path: Path) -> None:
    rng = random.Random(9)
    words = [
        f"{a}{b}"
        for a in ("lam", "riv", "sto", "gar", "win")
        for b in ("p", "er", "ne", "den", "ter", "a", "o")
    ]

    def prose(count: int) -> str:
        return " ".join(rng.choices(words, k=count))

    held: list[Row] = [{"question": prose(40), "answer": prose(20)} for _ in range(30)]
    data: list[Row] = [{"question": prose(60), "answer": prose(30)} for _ in range(200)]
    edited = str(held[0]["question"]).split()
    edited[3] = "changed"
    data[50] = {**held[0], "question": " ".join(edited)}
    data[60] = {"question": f"{prose(300)} {held[1]['question']} {prose(300)}", "answer": prose(9)}
    data[70] = {"question": f"{prose(50)} {' '.join(str(held[2]['question']).split()[:10])}", "answer": "a b"}
    found = results(write_jsonl(tmp_path / "a.jsonl", data), write_jsonl(tmp_path / "b.jsonl", held))
    assert found["leaks_from_eval"].rows == (51, 61)
    assert found["leaks_from_eval"].detail == "2 of 30 test rows are nearly or in part in the data"
    assert found["overlap_with_eval"].count == 0


def test_words_do_not_depend_on_case_spacing_or_marks() -> None:
    pairs = [
        ("Is it a top-up?", "is it  A top up"),
        ("“Über” façade…", "über FAÇADE"),
        ("cafe\u0301", "CAFÉ"),
    ]
    for one, other in pairs:
        words = words_of([one, other])
        first, second = (words.hashes[words.bounds[n] : words.bounds[n + 1]].tolist() for n in (0, 1))
        assert first == second
    told_apart = words_of(["1 + 1", "1 - 1", "a b", "ab"])
    assert (
        len(
            {
                tuple(told_apart.hashes[told_apart.bounds[n] : told_apart.bounds[n + 1]].tolist())
                for n in range(4)
            }
        )
        == 4
    )


def test_a_bounded_load_keeps_the_same_rows_whatever_their_order(tmp_path: Path) -> None:
    rows = question_rows(300)
    one = load(DataChoice(path=write_jsonl(tmp_path / "a.jsonl", rows)), most_kept=40)
    random.Random(2).shuffle(rows)
    other = load(DataChoice(path=write_jsonl(tmp_path / "b.jsonl", rows)), most_kept=40)
    assert len(one.examples) == 40
    assert one.rows == 300
    assert {each.key for each in one.examples} == {each.key for each in other.examples}
