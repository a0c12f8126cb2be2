"""Whatever fails while a checkpoint is written: an older complete one or the new one is there to go on from."""

import json
from pathlib import Path

import pytest

from advisor.work.emit import Emitter
from advisor.work.pilot.checkpoint import Checkpoints, is_complete
from tests.file_faults import FAULTS, Fault, strike_everywhere


def _saved(folder: Path, step: int) -> None:
    checkpoints = Checkpoints(folder / "checkpoints", Emitter(folder))

    def write() -> None:
        place = checkpoints.writing / f"checkpoint-{step}"
        place.mkdir(parents=True)
        (place / "weights.bin").write_bytes(f"weights of {step}".encode())

    checkpoints.save(step, write, {"step": step})


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("again", [False, True], ids=["next-step", "same-step"])
def test_a_complete_checkpoint_survives_every_fault(fault: Fault, again: bool, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    steps = [1, 1] if again else [1, 2]
    _saved(folder, steps[0])

    def judge() -> None:
        newest = Checkpoints(folder / "checkpoints", Emitter(folder)).newest()
        assert newest is not None, "no checkpoint is left to go on from"
        assert is_complete(newest)
        step = json.loads((newest / "pilot.json").read_text())["step"]
        assert step in steps
        assert (newest / "weights.bin").read_text() == f"weights of {step}"
        _saved(folder, steps[0])

    struck = strike_everywhere(lambda: _saved(folder, steps[1]), fault, judge)
    assert again or struck >= 4
