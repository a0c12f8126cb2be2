"""What FSDP2 keeps on each of two processes is what the shard arithmetic says, and the loss is the same."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from heuristics.basis import Basis, Estimate
from heuristics.memory.sharded import fully_sharded
from heuristics.planning.recipe import MemoryPart, MemoryPrediction, Recipe
from tests.advisor.tiny_model import make_tiny_model
from tests.heuristics.known_cases import LIMITS, TINY

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("sharded_ranks.py")


def _ranks(model: Path, processes: int) -> list[dict[str, object]]:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
            *(f"--nproc_per_node={processes}", str(SCRIPT), str(model)),
        ],
        env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]


def test_two_processes_keep_what_the_arithmetic_divides_and_lose_the_same(tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / "model")
    (alone,) = _ranks(model, 1)
    two = _ranks(model, 2)
    assert len(two) == 2
    for each in two:
        assert each["losses"] == pytest.approx(alone["losses"], rel=1e-4)
    names = ("weights", "gradients", "optimizer")
    parts = tuple(MemoryPart(name, int(alone[name])) for name in names)  # type: ignore[arg-type, call-overload]
    total = float(sum(each.bytes for each in parts))
    whole = MemoryPrediction(parts, Estimate(total, total, total, "bytes", Basis.SIMULATED), 0, "no")
    recipe = Recipe("tiny", "full", 1e-2, 2, 1, 1.0, 12, 4)
    divided = fully_sharded(whole, replace(TINY.shape, parameters=1), recipe, 2, LIMITS)
    said = {each.name: each.bytes for each in divided.parts}
    for name in names:
        for each in two:
            # Layers whose rows are odd are divided unevenly.
            assert each[name] == pytest.approx(said[name], rel=0.01)  # type: ignore[index]
