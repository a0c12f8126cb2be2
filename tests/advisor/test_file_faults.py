"""Whatever fails while a file is written: the old state or the new one is there, never a broken one."""

from pathlib import Path

import pytest

from advisor.case import CASE_FILE, load, new_case, save
from advisor.events import EVENTS_FILE, Note, ScoreFound
from advisor.export.all import preview, put_files
from advisor.files import sweep_temporaries
from advisor.jobs import read_events
from heuristics.facts.pilot import Score
from tests.advisor.example_case import full_case
from tests.file_faults import FAULTS, Fault, strike_everywhere


@pytest.mark.parametrize("fault", FAULTS)
def test_a_case_is_the_old_one_or_the_new_one(fault: Fault, tmp_path: Path) -> None:
    old = new_case(tmp_path, "old")
    new = old.but(name="new")

    def judge() -> None:
        assert load(tmp_path).name in ("old", "new")
        sweep_temporaries(tmp_path)
        assert [each.name for each in tmp_path.iterdir()] == [CASE_FILE]
        save(old)

    save(old)
    assert strike_everywhere(lambda: save(new), fault, judge) >= 5


def test_an_error_leaves_no_temporary_file(tmp_path: Path) -> None:
    old = new_case(tmp_path, "old")
    save(old)
    strike_everywhere(
        lambda: save(old.but(name="new")),
        "no space",
        lambda: None if [each.name for each in tmp_path.iterdir()] == [CASE_FILE] else pytest.fail("left"),
    )


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_an_export_loses_no_file_of_the_user(fault: Fault, tmp_path: Path) -> None:
    files = preview(full_case(tmp_path / "case"), tmp_path / "out")
    mine = "mine: 1\n"
    folders = iter(tmp_path / f"out{number}" for number in range(1000))
    current: list[Path] = []

    def export() -> None:
        put_files(files, current[0])

    def judge() -> None:
        folder = current[0]
        kept = [each.read_text() for each in folder.glob("trl.yaml*")]
        assert mine in kept, "the user's own file is gone"
        for name, text in new.items():
            place = folder / name
            assert not place.exists() or place.read_text() in (text, mine)
        prepare()

    def prepare() -> None:
        current[:] = [next(folders)]
        current[0].mkdir()
        (current[0] / "trl.yaml").write_text(mine)

    new = {file.path: file.text for file in files}
    prepare()
    assert strike_everywhere(export, fault, judge) >= 10


@pytest.mark.parametrize("fault", FAULTS)
def test_events_before_a_fault_are_kept_and_later_ones_follow(fault: Fault, tmp_path: Path) -> None:
    from advisor.work.emit import Emitter

    score = Score("base", "test", 10, 100, 2.0, 7.4, 0.5)
    said = [0]

    def judge() -> None:
        Emitter(tmp_path).emit(Note(text=f"after {said[0]}"))
        said[0] += 1
        notes = [each.text for each in read_events(tmp_path) if isinstance(each, Note)]
        assert notes == [f"after {number}" for number in range(said[0])]

    def speak() -> None:
        Emitter(tmp_path).emit(ScoreFound(score=score))

    assert strike_everywhere(speak, fault, judge) >= 2
    assert any(isinstance(each, ScoreFound) for each in read_events(tmp_path))
    assert (tmp_path / EVENTS_FILE).read_bytes().endswith(b"\n")


def test_temporary_files_of_a_killed_writer_are_swept_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".case.toml.x1.tmp").write_text("half")
    (tmp_path / "notes.tmp").write_text("mine")
    (tmp_path / ".hidden").write_text("mine")
    sweep_temporaries(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == [".hidden", "notes.tmp"]
