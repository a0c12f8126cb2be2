"""The exported script trains: the same on one process and on two, and on from a checkpoint after "
"an interruption."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.export.all import write
from tests.advisor.example_case import full_case
from tests.advisor.tiny_model import make_tiny_model

ROWS = 16


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with rows, in a folder with an awkward name."""
    folder = tmp_path_factory.mktemp("script")
    out = folder / "an export's $(x)"
    write(full_case(folder / "case", model_folder=str(make_tiny_model(folder / "model"))), out, ("trl",))
    (out / "data").mkdir()
    for split, count in (("train", ROWS), ("validation", 4), ("test", 4)):
        rows = (
            {"prompt": f"Question: {number} plus 1?\nAnswer:\n", "completion": str(number + 1)}
            for number in range(count)
        )
        (out / "data" / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return out


def _surroundings(export: Path) -> dict[str, str]:
    """No network, no GPU and none of the user's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ACCELERATE_"))}
    home = str(export.parent / "home")
    settings = {"HF_HOME": home, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return kept | settings


def _launcher(processes: int) -> list[str]:
    several = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"]
    return [sys.executable, *(several if processes > 1 else [])]


def _run(export: Path, output: str, *options: str, processes: int = 1) -> list[dict[str, float]]:
    """The log of one run of train.py with a constant rate and every step logged."""
    ran = subprocess.run(
        [
            *_launcher(processes),
            "train.py",
            "--config",
            "trl.yaml",
            "--output_dir",
            output,
            "--logging_steps",
            "1",
            *options,
        ],
        cwd=export,
        env=_surroundings(export),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    newest = max((export / output).glob("checkpoint-*"), key=lambda each: int(each.name.split("-")[1]))
    log: list[dict[str, float]] = json.loads((newest / "trainer_state.json").read_text())["log_history"]
    return log


def _losses(log: list[dict[str, float]], key: str = "loss") -> list[float]:
    return [each[key] for each in log if key in each]


def test_two_processes_lose_what_one_loses(export: Path) -> None:
    one = _run(export, "one", "--use_cpu", "true")
    two = _run(export, "two", "--use_cpu", "true", "--ddp_backend", "gloo", processes=2)
    assert len(_losses(one)) == ROWS // 4
    assert _losses(two) == pytest.approx(_losses(one), rel=2e-3)
    assert _losses(two, "eval_loss") == pytest.approx(_losses(one, "eval_loss"), rel=2e-3)
    assert (export / "two" / "adapter_model.safetensors").is_file()


def test_processes_that_nothing_joins_are_refused_in_words(export: Path) -> None:
    ran = subprocess.run(
        [*_launcher(2), "train.py", "--config", "trl.yaml", "--output_dir", "alone"],
        cwd=export,
        env=_surroundings(export),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert ran.returncode == 1
    assert "2 processes were started, but no GPU joins them" in ran.stderr
    assert not list((export / "alone").glob("checkpoint-*"))


def test_it_goes_on_from_the_newest_complete_checkpoint(export: Path) -> None:
    _run(
        export,
        "again",
        "--use_cpu",
        "true",
        "--save_strategy",
        "steps",
        "--save_steps",
        "1",
        "--save_total_limit",
        "9",
    )
    folder = export / "again"
    # As a kill inside a save leaves it: the newest checkpoint lacks the file that is written last.
    (folder / "checkpoint-4" / "trainer_state.json").unlink()
    shutil.rmtree(folder / "checkpoint-3")
    log = _run(export, "again", "--use_cpu", "true")
    assert [each["step"] for each in log if "loss" in each] == [1, 2, 3, 4]
    assert (folder / "adapter_model.safetensors").is_file()
