"""Whatever fails while a checkpoint is written: a complete one is there to go on from."""

import json
import shutil
from pathlib import Path

import pytest

from advisor.work.emit import Emitter
from advisor.work.pilot.checkpoint import Checkpoints
from advisor.work.pilot.ledger import Ledger
from tests.file_faults import FAULTS, Fault, strike_everywhere

pytestmark = pytest.mark.slow


def _saved(folder: Path, step: int) -> None:
    checkpoints = Checkpoints(folder / "checkpoints", Emitter(folder))

    def write() -> None:
        place = checkpoints.writing / f"checkpoint-{step}"
        place.mkdir(parents=True)
        (place / "weights.bin").write_bytes(f"weights of {step}".encode())

    checkpoints.save(step, write, {"step": step})


@pytest.mark.parametrize("fault", FAULTS)
def test_a_complete_checkpoint_survives_every_fault(fault: Fault, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    _saved(folder, 1)

    def judge() -> None:
        newest = Checkpoints(folder / "checkpoints", Emitter(folder)).newest()
        assert newest is not None, "no checkpoint is left to go on from"
        step = json.loads((newest / "pilot.json").read_text())["step"]
        assert step in (1, 2)
        assert (newest / "weights.bin").read_text() == f"weights of {step}"
        shutil.rmtree(folder / "checkpoints")
        _saved(folder, 1)

    assert strike_everywhere(lambda: _saved(folder, 2), fault, judge) >= 4


def test_a_complete_checkpoint_of_the_same_step_stays_and_a_damaged_one_is_replaced(tmp_path: Path) -> None:
    _saved(tmp_path, 1)
    weights = tmp_path / "checkpoints" / "step-1" / "weights.bin"
    first = weights.stat().st_ino
    _saved(tmp_path, 1)
    assert weights.stat().st_ino == first
    weights.write_bytes(b"torn")
    _saved(tmp_path, 1)
    assert weights.read_text() == "weights of 1"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_finished_part_is_there_whole_or_is_made_again(fault: Fault, tmp_path: Path) -> None:
    def keep() -> None:
        assert Ledger(tmp_path / "parts", Emitter(tmp_path)).part("base", int, lambda: 7) == 7

    def judge() -> None:
        ledger = Ledger(tmp_path / "parts", Emitter(tmp_path))
        assert ledger.find("base", int) in (None, 7)
        keep()
        ledger.drop("base")

    assert strike_everywhere(keep, fault, judge) >= 4
