"""Cases of older versions open, those of newer ones are refused, damaged ones keep what can be read."""

import random
import shutil
from pathlib import Path

import pytest

from advisor.case import CASE_FILE, Case, load, save
from advisor.cli.main import main
from advisor.errors import BadCase
from advisor.events import EVENTS_FILE, DataFound, Done, MachineFound, ModelFound, Started
from advisor.salvage import reopened
from advisor.seal import sealed, state_of
from advisor.work.emit import Emitter
from tests.advisor.example_case import full_case

KEPT = Path(__file__).parents[1] / "kept"
FOLLOWS = {"plan", "verdict", "data_run", "pilot_run", "version"}
"""Fields that are worked out from the others."""


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = full_case(tmp_path / "case")
    save(case)
    return case


def test_a_case_of_the_first_version_opens_with_its_verdict(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    shutil.copy(KEPT / "first-case.toml", folder / CASE_FILE)
    case = reopened(folder)
    assert not case.lost
    assert case.verdict is not None and case.verdict.decision.value == "scale up here"
    assert case.pilot is not None and [each.id for each in case.pilot.runs] == ["r1", "r2"]
    save(case)
    assert load(folder) == case


def test_a_case_of_a_newer_version_is_refused_and_stays_as_it_is(case: Case) -> None:
    path = case.folder / CASE_FILE
    newer = path.read_text().replace("version = 1\n", "version = 2\nsurprise = true\n")
    path.write_text(newer)
    with pytest.raises(BadCase, match="newer version"):
        reopened(case.folder)
    assert path.read_text() == newer
    assert not list(case.folder.glob("*damaged*"))


def test_a_whole_case_loses_nothing(case: Case) -> None:
    again = reopened(case.folder)
    assert again == case
    assert not again.lost


def test_a_change_by_hand_is_taken_and_told(case: Case) -> None:
    path = case.folder / CASE_FILE
    path.write_text(path.read_text().replace('name = "', 'name = "my ', 1))
    again = reopened(case.folder)
    assert again.name == f"my {case.name}"
    assert "changed outside" in again.lost[0]


@pytest.mark.parametrize("seed", range(6))
def test_a_case_cut_anywhere_keeps_what_stands_before_the_cut(case: Case, seed: int) -> None:
    path = case.folder / CASE_FILE
    raw = path.read_bytes()
    chance = random.Random(seed)
    for _ in range(12):
        length = chance.randrange(len(raw) - 1)
        path.write_bytes(raw[:length])
        try:
            judge(case, reopened(case.folder))
        except BadCase as refused:
            assert "nothing in" in refused.message
            assert length < 300, "a field stood before the cut"


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bytes_cost_no_more_than_the_fields_they_are_in(case: Case, seed: int) -> None:
    path = case.folder / CASE_FILE
    raw = path.read_bytes()
    chance = random.Random(seed)
    for _ in range(12):
        damaged = bytearray(raw)
        damaged[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            again = reopened(case.folder)
        except BadCase as refused:
            assert "newer" in refused.message
            continue
        judge(case, again, most_lost=2)


def judge(before: Case, after: Case, most_lost: int | None = None) -> None:
    """Each field is what it was or named as lost; a value that changed is told to have changed."""
    told = " ".join(after.lost)
    different = [
        name
        for name in Case.model_fields
        if name not in {*FOLLOWS, "lost", "folder"} and getattr(after, name) != getattr(before, name)
    ]
    if "changed outside" not in told:
        for name in different:
            assert name in told or "after the cut" in told, (name, told)
    if most_lost is not None:
        assert len(different) <= most_lost, different
    if told:
        assert "\n" not in told
    if "damaged" in told:
        kept = before.folder / "case.damaged.toml"
        assert kept.exists()


def test_the_damaged_file_is_kept_and_never_overwritten(case: Case) -> None:
    path = case.folder / CASE_FILE
    whole = path.read_bytes()
    for number, damage in enumerate((b"first [", b"second [", b"first [")):
        path.write_bytes(whole + damage)
        again = reopened(case.folder)
        assert again.lost
        assert len(list(case.folder.glob("case.damaged*"))) == min(number + 1, 2)
    assert (case.folder / "case.damaged.toml").read_bytes() == whole + b"first ["


def test_facts_that_jobs_recorded_are_read_again(case: Case) -> None:
    for run, event in (
        ("20260101-000000-probe", MachineFound(facts=case.machine)),
        ("20260101-000001-profile", DataFound(facts=case.data)),
        ("20260101-000002-profile", ModelFound(facts=case.model)),
    ):
        folder = case.runs / run
        folder.mkdir(parents=True)
        emitter = Emitter(folder)
        emitter.emit(Started(job=run.rsplit("-", 1)[1], pid=1, time=""))
        emitter.emit(event)
        emitter.emit(Done(seconds=1.0))
    (case.folder / CASE_FILE).write_bytes(b"\x00" * 5000)
    again = reopened(case.folder)
    assert (again.machine, again.data, again.model) == (case.machine, case.data, case.model)
    assert again.plan is not None
    assert any("Read again" in each and "data" in each for each in again.lost)


def test_gaps_in_a_recording_are_told(case: Case) -> None:
    run = case.runs / "20260101-000000-pilot"
    run.mkdir(parents=True)
    save(case.but(pilot_run=run.name))
    (run / EVENTS_FILE).write_bytes(b'{"kind": "note", "text": "whole"}\n{"kind": "no\n\xff\xfe\n')
    told = reopened(case.folder).lost
    assert told == ("2 lines in the recording of 20260101-000000-pilot cannot be read",)


def test_a_seal_tells_whole_changed_and_cut() -> None:
    text = sealed("a = 1\nb = 2\n")
    assert state_of(text) == "whole"
    assert state_of(text.replace("b = 2", "b = 3")) == "changed"
    assert state_of("a = 1\n") == "without a seal"
    assert {state_of(text[:end]) for end in range(len(text))} == {"cut"}


def test_a_command_opens_a_damaged_case_and_says_what_is_lost(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    path = case.folder / CASE_FILE
    path.write_text(path.read_text().replace("[goal]", "[go\x00l]"))
    code = main(["verdict", "--case", str(case.folder)])
    out, err = capsys.readouterr()
    assert code in (0, 1), err
    assert "The case file was damaged; it is kept as case.damaged.toml" in err
    assert "Lost: goal" in err
    assert "Verdict:" in out
    again = load(case.folder)
    assert again.pilot == case.pilot
    assert not again.goal_confirmed, "nobody has agreed to the goal that stands there now"
