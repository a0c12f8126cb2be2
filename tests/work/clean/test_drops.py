"""Rows over the context, rows of the test file and marked rows are left out, and no others."""

from pathlib import Path

from advisor.events import CleaningFound, parse_event
from advisor.fingerprint import fingerprint
from advisor.models.search import find_model
from advisor.specs import CleanTask, DataChoice, JobSpec
from advisor.work.clean.clean import clean
from advisor.work.emit import Emitter
from heuristics.facts.cleaning import Cleaning, CleaningFacts
from tests.advisor.tiny_model import make_tiny_model
from tests.data_samples import question_rows, write_jsonl


def cleaned(folder: Path, task: CleanTask) -> CleaningFacts:
    run = folder / "run"
    run.mkdir()
    clean(JobSpec(folder=run, task=task), Emitter(run))
    events = [parse_event(line) for line in (run / "events.jsonl").read_bytes().splitlines()]
    return next(each.facts for each in events if isinstance(each, CleaningFound))


def test_rows_over_the_context_are_left_out(tmp_path: Path) -> None:
    rows = [*question_rows(3), {"question": "word " * 3000, "answer": "long"}, *question_rows(5)[3:]]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    make_tiny_model(tmp_path / "model")
    task = CleanTask(
        data=DataChoice(path=path),
        cleaning=Cleaning(fixes=("over_context",), context=200),
        model=find_model(str(tmp_path / "model")),
        target=tmp_path / "out",
    )
    facts = cleaned(tmp_path, task)
    (outcome,) = facts.outcomes
    assert (outcome.rows, outcome.examples[0].line, facts.rows_out) == (1, 4, 5)


def test_rows_of_the_test_file_are_left_out(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", question_rows(10))
    held = write_jsonl(tmp_path / "test.jsonl", question_rows(3))
    task = CleanTask(
        data=DataChoice(path=path, eval_path=held),
        cleaning=Cleaning(fixes=("leaks",)),
        target=tmp_path / "out",
    )
    facts = cleaned(tmp_path, task)
    assert (facts.rows_in, facts.rows_out, facts.removed) == (10, 7, 3)


def test_marked_rows_are_left_out_wherever_they_stand(tmp_path: Path) -> None:
    rows = question_rows(6)
    path = write_jsonl(tmp_path / "rows.jsonl", rows[::-1])
    marks = (fingerprint(rows[2]), fingerprint(rows[5]))
    task = CleanTask(
        data=DataChoice(path=path),
        cleaning=Cleaning(fixes=("marked",), marked=marks),
        target=tmp_path / "out",
    )
    facts = cleaned(tmp_path, task)
    assert facts.path is not None
    kept = Path(facts.path).read_text(encoding="utf-8")
    assert facts.removed == 2
    assert str(rows[2]["question"]) not in kept
    assert str(rows[1]["question"]) in kept
