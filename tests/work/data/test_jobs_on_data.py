"""The profile and export jobs say what they found and write what they promise."""

import json
from pathlib import Path

import pytest

from advisor.errors import BadData, NoSpace
from advisor.events import DataFound, Event, FileWritten, Note, Step, parse_event
from advisor.specs import DataChoice, ExportTask, JobSpec, ProfileTask
from advisor.work.data import export as exporting
from advisor.work.data import limits as limiting
from advisor.work.data import profile as profiling
from advisor.work.data.export import export
from advisor.work.data.profile import profile
from advisor.work.emit import Emitter
from heuristics.assess import assess
from heuristics.facts.data import DataFacts
from heuristics.goal import Goal
from heuristics.planning.recipe import Recipe
from tests.data_samples import Row, label_rows, question, question_rows, write_jsonl
from tests.heuristics.known_cases import LIMITS

RECIPE = Recipe("small", "lora", 1e-3, 4, 1, 1.0, 128, 100, template="plain")


def events_of(folder: Path) -> list[Event]:
    lines = (folder / "events.jsonl").read_bytes().splitlines()
    return [event for line in lines if (event := parse_event(line)) is not None]


def profiled(folder: Path, choice: DataChoice) -> list[DataFacts]:
    profile(JobSpec(folder=folder, task=ProfileTask(data=choice)), Emitter(folder))
    return found_in(folder)


def found_in(folder: Path) -> list[DataFacts]:
    return [event.facts for event in events_of(folder) if isinstance(event, DataFound)]


def test_a_profile_counts_rows_and_says_how_far_it_is(tmp_path: Path) -> None:
    rows = question_rows(50)
    path = write_jsonl(tmp_path / "rows.jsonl", [*rows, rows[0], "{broken", {"question": "a", "answer": ""}])
    facts = profiled(tmp_path, DataChoice(path=path))[-1]
    assert (facts.rows, facts.usable, facts.malformed) == (52, 50, 1)
    assert facts.malformed_rows[0].line == 52
    assert facts.tokens is None
    assert facts.split is not None
    assert facts.split.train + facts.split.validation + facts.split.test == 50
    steps = [event for event in events_of(tmp_path) if isinstance(event, Step)]
    assert {step.phase for step in steps} == {"reading rows.jsonl", "checking rows"}
    assert all(0 <= step.done <= step.total for step in steps)


def test_labels_are_told_when_answers_are_few_and_repeated(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", label_rows({"spam": 10, "ham": 30}))
    facts = profiled(tmp_path, DataChoice(path=path))[-1]
    assert facts.labels == (("ham", 30), ("spam", 10))
    assert facts.short_answers


def triage_rows(count: int) -> list[Row]:
    """Answers of two fields; one queue is rare, and one of its spellings rarer still."""
    queues = ["billing"] * 20 + ["delivery"] * 19 + ["Delivery"] + ["legal"]
    return [
        {"question": question(n), "answer": f"queue: {queues[n % 41]}\npriority: {('low', 'high')[n % 2]}"}
        for n in range(count)
    ]


def test_answers_of_fields_are_judged_field_by_field(tmp_path: Path) -> None:
    facts = profiled(tmp_path, DataChoice(path=write_jsonl(tmp_path / "rows.jsonl", triage_rows(205))))[-1]
    assert facts.labels == ()
    fields = {each.name: dict(each.values) for each in facts.fields}
    assert fields["queue"] == {"billing": 100, "delivery": 100, "legal": 5}
    assert sum(fields["priority"].values()) == 205
    found = {each.rule: each for each in assess(None, facts, None, Goal(), None, None, LIMITS)}
    balance = found["data.class_balance"]
    assert balance.headline == "1 of 3 values of “queue” have fewer than 10 rows"
    assert balance.examples == ("legal",)


def test_free_answers_are_no_labels(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(40))
    assert profiled(tmp_path, DataChoice(path=path))[-1].labels == ()


def test_one_class_only_is_profiled_without_failing(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", label_rows({"spam": 12}))
    assert profiled(tmp_path, DataChoice(path=path))[-1].labels == (("spam", 12),)


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_few_rows_are_profiled_without_failing(tmp_path: Path, count: int) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(count))
    assert profiled(tmp_path, DataChoice(path=path))[-1].usable == count


def test_rows_without_any_usable_one_are_facts_and_no_failure(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", [{"question": "a", "answer": ""}] * 4)
    facts = profiled(tmp_path, DataChoice(path=path))[-1]
    assert (facts.rows, facts.usable, facts.split) == (4, 0, None)
    empty = facts.check("empty_answers")
    assert empty is not None
    assert empty.count == 4


def test_the_users_test_file_becomes_the_test_part(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "rows.jsonl", question_rows(60))
    held = write_jsonl(tmp_path / "held.jsonl", question_rows(5))
    facts = profiled(tmp_path, DataChoice(path=data, eval_path=held))[-1]
    assert facts.eval_rows == 5
    assert facts.split is not None
    assert (facts.split.test, facts.split.test_source) == (5, "held.jsonl")
    overlap = facts.check("overlap_with_eval")
    assert overlap is not None
    assert overlap.count == 5


def test_a_large_file_gets_a_first_answer_from_its_first_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = limiting.data_limits()
    small = limits.model_copy(
        update={"lengths": limits.lengths.model_copy(update={"early_bytes": 1000, "early_rows": 20})}
    )
    monkeypatch.setattr(profiling, "data_limits", lambda: small)
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(300))
    first, last = profiled(tmp_path, DataChoice(path=path))
    assert (first.rows, first.partial) == (20, True)
    assert (last.rows, last.partial) == (300, False)


def test_a_file_name_with_terminal_codes_is_shown_without_them(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a\x1b[2J\u202e.jsonl", question_rows(5))
    facts = profiled(tmp_path, DataChoice(path=path))[-1]
    assert not any(character in facts.name + facts.path for character in "\x1b\u202e")


def exported(folder: Path, choice: DataChoice) -> dict[str, list[dict[str, object]]]:
    task = ExportTask(data=choice, model=None, recipe=RECIPE, target=folder / "out")
    export(JobSpec(folder=folder, task=task), Emitter(folder))
    written = [event for event in events_of(folder) if isinstance(event, FileWritten)]
    parts = {}
    for event in written:
        lines = Path(event.path).read_text(encoding="utf-8").splitlines()
        assert event.rows == len(lines)
        parts[event.role] = [json.loads(line) for line in lines]
    return parts


def test_an_export_writes_three_files_that_share_no_prompt(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(100))
    parts = exported(tmp_path, DataChoice(path=path))
    assert {role: len(rows) for role, rows in parts.items()} == {"train": 64, "validation": 16, "test": 20}
    prompts = [str(row["prompt"]) for rows in parts.values() for row in rows]
    assert len(set(prompts)) == 100
    assert all(set(row) == {"prompt", "completion"} for row in parts["train"])


def test_rows_that_an_export_replaces_are_kept_where_no_trainer_reads_them(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(100))
    exported(tmp_path, DataChoice(path=path))
    train = tmp_path / "out" / "train.jsonl"
    first = train.read_text()
    exported(tmp_path, DataChoice(path=path))
    assert not (tmp_path / "out.bak1").exists(), "the same rows replace nothing"
    for number, text in ((1, "mine\n"), (2, "mine again\n")):
        train.write_text(text)
        exported(tmp_path, DataChoice(path=path))
        assert train.read_text() == first
        kept = tmp_path / f"out.bak{number}" / "train.jsonl"
        assert kept.read_text() == text
        notes = [each.text for each in events_of(tmp_path) if isinstance(each, Note)]
        assert notes[-1] == f"older rows are kept as {kept}"
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting.os, "fsync", full)
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(10))
    task = ExportTask(data=DataChoice(path=path), model=None, recipe=RECIPE, target=tmp_path / "out")
    with pytest.raises(NoSpace):
        export(JobSpec(folder=tmp_path, task=task), Emitter(tmp_path))
    assert list((tmp_path / "out").iterdir()) == []


def test_nothing_usable_cannot_be_exported(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", [{"question": "a", "answer": ""}] * 4)
    with pytest.raises(BadData, match="no usable row"):
        exported(tmp_path, DataChoice(path=path))
