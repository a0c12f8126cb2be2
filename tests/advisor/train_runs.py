"""Runs of the exported train.py: an export with rows, started as its user would start it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from advisor.export.all import write
from tests.advisor.example_case import full_case
from tests.advisor.tiny_model import make_tiny_model

ROWS = 16
Log = list[dict[str, float]]


def export_with_rows(folder: Path, targets: Sequence[str] = ("trl",), **recipe: object) -> Path:
    """An export with rows, in a folder with an awkward name."""
    out = folder / "an export's $(x)"
    case = full_case(folder / "case", model_folder=str(make_tiny_model(folder / "model")), **recipe)
    write(case, out, targets)
    (out / "data").mkdir()
    for split, count in (("train", ROWS), ("validation", 4), ("test", 4)):
        rows = (
            {"prompt": f"Question: {number} plus 1?\nAnswer:\n", "completion": str(number + 1)}
            for number in range(count)
        )
        (out / "data" / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return out


def torchrun(processes: int) -> list[str]:
    """The launcher of several processes."""
    return ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"]


def started(
    export: Path, output: str, *options: str, launcher: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """train.py to its end: no network, no GPU and none of the user's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ACCELERATE_"))}
    settings = {
        "HF_HOME": str(export.parent / "home"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "DS_ACCELERATOR": "cpu",
    }
    words = [sys.executable, *launcher, "train.py", "--config", "trl.yaml", "--output_dir", output, *options]
    return subprocess.run(
        words, cwd=export, env=kept | settings, capture_output=True, text=True, timeout=280, check=False
    )


def trained(export: Path, output: str, *options: str, launcher: Sequence[str] = ()) -> Log:
    """The log of one run of train.py with every step logged."""
    ran = started(export, output, "--logging_steps", "1", *options, launcher=launcher)
    assert ran.returncode == 0, ran.stderr[-3000:]
    newest = max((export / output).glob("checkpoint-*"), key=lambda each: int(each.name.split("-")[1]))
    log: Log = json.loads((newest / "trainer_state.json").read_text())["log_history"]
    return log


def losses(log: Log, key: str = "loss") -> list[float]:
    """The values under a key, in order."""
    return [each[key] for each in log if key in each]
