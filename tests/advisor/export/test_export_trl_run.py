"""The exported YAML trains: `trl sft` runs it unchanged."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.export.all import write
from tests.advisor.example_case import full_case
from tests.advisor.tiny_model import make_tiny_model

pytestmark = pytest.mark.slow


def _rows(count: int) -> str:
    rows = (
        {"prompt": f"Question: {number} plus 1?\nAnswer:\n", "completion": str(number + 1)}
        for number in range(count)
    )
    return "".join(json.dumps(row) + "\n" for row in rows)


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ACCELERATE_"))}
    return {**kept, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}


def test_trl_runs_the_exported_yaml_unchanged(tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path / 'a model\'s "folder" $(x)')
    folder = tmp_path / "an export's folder"
    write(full_case(tmp_path / "case", model_folder=str(model)), folder)
    (folder / "data").mkdir()
    for split, count in (("train", 12), ("validation", 4), ("test", 4)):
        (folder / "data" / f"{split}.jsonl").write_text(_rows(count))
    ran = subprocess.run(
        [Path(sys.executable).with_name("trl"), "sft", "--config", "trl.yaml"],
        cwd=folder,
        env=_environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert (folder / "tuned" / "adapter_model.safetensors").is_file()
    state = json.loads(next((folder / "tuned").glob("checkpoint-*/trainer_state.json")).read_text())
    assert state["global_step"] == 3
    assert any("eval_loss" in line for line in state["log_history"])
