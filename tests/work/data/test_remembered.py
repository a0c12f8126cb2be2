"""An unchanged file is answered from what is kept; any change of what it follows from is read again."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.caches import cache_home
from advisor.events import DataFound, Note
from advisor.models.folder import facts_of_folder
from advisor.rows.found_lines import read_lines
from advisor.specs import DataChoice, JobSpec, ProfileTask
from advisor.work.data import remembered
from advisor.work.data.limits import data_limits
from advisor.work.data.profile import profile
from advisor.work.emit import Emitter
from heuristics.facts.data import Columns, DataFacts
from heuristics.facts.model import ModelFacts
from heuristics.goal import Topic
from tests.advisor.tiny_model import make_tiny_model
from tests.data_samples import question_rows, write_jsonl
from tests.work.data.test_jobs_on_data import events_of


def looked(folder: Path, task: ProfileTask) -> tuple[DataFacts, bool]:
    """The facts of a profile, and whether they were kept ones."""
    number = len(list(folder.glob("run-*")))
    run = folder / f"run-{number}"
    run.mkdir()
    profile(JobSpec(folder=run, task=task), Emitter(run))
    events = events_of(run)
    said = [each.text for each in events if isinstance(each, Note)]
    facts = [each.facts for each in events if isinstance(each, DataFound)][-1]
    return facts, any("is unchanged: this is its profile of" in each for each in said)


@pytest.fixture
def task(tmp_path: Path) -> ProfileTask:
    rows = question_rows(40)
    return ProfileTask(
        data=DataChoice(path=write_jsonl(tmp_path / "rows.jsonl", [*rows, rows[2], "{broken"]))
    )


def test_the_same_file_is_answered_from_what_is_kept_with_all_its_lines(
    tmp_path: Path, task: ProfileTask
) -> None:
    first, kept = looked(tmp_path, task)
    assert not kept
    second, kept = looked(tmp_path, task)
    assert kept
    assert second == first
    lines = read_lines(tmp_path / "run-1", "exact_duplicates")
    assert lines is not None
    assert list(lines) == [41]


def test_a_file_that_was_only_touched_is_the_same(tmp_path: Path, task: ProfileTask) -> None:
    looked(tmp_path, task)
    os.utime(task.data.path, (1, 1))
    assert looked(tmp_path, task)[1]


def test_without_the_cache_the_rows_are_read_again(tmp_path: Path, task: ProfileTask) -> None:
    looked(tmp_path, task)
    assert not looked(tmp_path, task.model_copy(update={"cache": False}))[1]


def test_one_changed_byte_is_read_again(tmp_path: Path, task: ProfileTask) -> None:
    before, _ = looked(tmp_path, task)
    path = task.data.path
    raw, status = path.read_bytes(), path.stat()
    path.write_bytes(raw.replace(b"story 7?", b"story 8?"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    after, kept = looked(tmp_path, task)
    assert not kept
    assert after.sha256 != before.sha256
    path.write_bytes(raw)
    assert looked(tmp_path, task)[1]


CHANGES: tuple[tuple[str, Callable[[ProfileTask], ProfileTask]], ...] = (
    ("topic", lambda task: task.model_copy(update={"topic": Topic("stories")})),
    ("count", lambda task: task.model_copy(update={"count": "exact"})),
    (
        "columns",
        lambda task: task.model_copy(
            update={
                "data": task.data.model_copy(update={"columns": Columns(prompt="answer", answer="question")})
            }
        ),
    ),
    (
        "test rows",
        lambda task: task.model_copy(
            update={
                "data": task.data.model_copy(
                    update={
                        "eval_path": write_jsonl(task.data.path.with_name("test.jsonl"), question_rows(5))
                    }
                )
            }
        ),
    ),
)


@pytest.mark.parametrize("change", [change for _, change in CHANGES], ids=[name for name, _ in CHANGES])
def test_other_settings_are_another_profile(
    tmp_path: Path, task: ProfileTask, change: Callable[[ProfileTask], ProfileTask]
) -> None:
    looked(tmp_path, task)
    changed = change(task)
    assert not looked(tmp_path, changed)[1]
    assert looked(tmp_path, changed)[1]
    assert looked(tmp_path, task)[1]


def test_another_version_of_the_checks_reads_again(
    tmp_path: Path, task: ProfileTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(tmp_path, task)
    monkeypatch.setattr(remembered, "checks_version", lambda: "another")
    assert not looked(tmp_path, task)[1]


def test_the_version_follows_the_files_of_the_checks() -> None:
    files = {f"{each.parent.name}/{each.name}" for each in remembered.checked_by()}
    assert {"advisor/private.py", "work/tokenizer.py", "checks/near.py", "presets/data.toml"} <= files
    assert "facts/data.py" in files
    assert len(remembered.checks_version()) == 32


def test_a_changed_tokenizer_reads_again(tmp_path: Path, task: ProfileTask) -> None:
    folder = make_tiny_model(tmp_path / "model")
    model: ModelFacts = facts_of_folder(folder, "tiny", "local")
    counted = task.model_copy(update={"model": model})
    assert not looked(tmp_path, counted)[1]
    facts, kept = looked(tmp_path, counted)
    assert kept
    assert facts.tokens is not None
    path = folder / "tokenizer_config.json"
    path.write_text(path.read_text() + "\n")
    assert not looked(tmp_path, counted)[1]
    assert not looked(tmp_path, task.model_copy(update={"model": replace(model, id="other")}))[1]


def test_a_damaged_entry_is_read_again(tmp_path: Path, task: ProfileTask) -> None:
    looked(tmp_path, task)
    (facts,) = cache_home().glob("profiles/*/*/facts.json")
    whole = facts.read_bytes()
    for damage in (b"", whole[: len(whole) // 2], b"{}", b"\xff"):
        facts.write_bytes(damage)
        assert not looked(tmp_path, task)[1]
        assert looked(tmp_path, task)[1]
    (lines,) = cache_home().glob("profiles/*/*/rows/exact_duplicates.u64")
    lines.write_bytes(b"")
    assert not looked(tmp_path, task)[1]


def test_a_scan_that_did_not_reach_the_end_is_not_kept(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(40))
    path.write_bytes(path.read_bytes()[:-20])
    task = ProfileTask(data=DataChoice(path=path))
    facts, _ = looked(tmp_path, task)
    assert facts.partial
    assert not looked(tmp_path, task)[1]


def test_only_the_newest_profiles_are_kept(
    tmp_path: Path, task: ProfileTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = data_limits()
    few = limits.model_copy(update={"reader": limits.reader.model_copy(update={"profiles_kept": 2})})
    monkeypatch.setattr(remembered, "data_limits", lambda: few)
    for number in range(4):
        looked(tmp_path, task.model_copy(update={"topic": Topic(f"topic {number}")}))
    assert len(list(cache_home().glob("profiles/*/*/facts.json"))) == 2
    assert not list(cache_home().glob("profiles/*/.*"))
