"""Every exported command really runs, in a sandbox: it gets its words whole and touches only its folder."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from advisor.case import Case
from advisor.errors import BadInput
from advisor.export.all import check_folder, write
from heuristics.basis import Basis, Estimate
from heuristics.planning.recipe import Offer
from tests.advisor.example_case import HOSTILE, full_case

NAME = HOSTILE.replace("/", "_")
PLACE = "out a 'b' \"c\" $(touch owned) `touch owned`; touch owned - x: &y !!object # (x)"
"""A folder with everything that trainers can read rows from."""
TOOLS = (
    *("python", "python3", "torchrun", "srun", "sbatch", "aws", "gcloud", "sky", "accelerate", "axolotl"),
    *("llamafactory-cli", "mlx_lm.lora"),
)
STUB = """#!/bin/sh
{ printf '%s' "${0##*/}"; printf '\\037%s' "$@"; printf '\\036'; } >> "$CALLS"
if [ "$1 $2" = "-m venv" ]; then mkdir -p "$3/bin" && : > "$3/bin/activate"; fi
"""
"""Writes down its name and its words, parted by characters that no shell splits at."""


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    """Tools that only write down how they were called, and a canary beside everything."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in TOOLS:
        (tools / name).write_text(STUB)
        (tools / name).chmod(0o755)
    (tmp_path / "canary").write_text("untouched")
    return tmp_path


def _case(sandbox: Path, **changes: object) -> Case:
    """A case in which every name is hostile, and whose model lies only here."""
    model = sandbox / f"model {NAME}"
    model.mkdir(exist_ok=True)
    (model / "config.json").write_text("{}")
    case = full_case(sandbox / "case", name=HOSTILE, model_folder=str(model), **changes)
    hours, cost = Estimate(2, 1, 4, "h", Basis.FORMULA), Estimate(5, 3, 9, "USD", Basis.FORMULA)
    offers = tuple(
        Offer(
            provider,
            f"{instance}{HOSTILE if provider == 'Evil' else ''}",
            gpu,
            4,
            2.0,
            True,
            hours,
            cost,
            "2026-07-20",
            micro_batch=1,
            precision="bf16",
            sharded=provider == "AWS",
        )
        for provider, instance, gpu in (
            ("Evil", "x", "L40S"),
            ("AWS", "p4de.24xlarge", "A100 SXM4 80GB"),
            ("GCP", "a2-ultragpu-4g", "A100 SXM4 80GB"),
        )
    )
    assert case.plan is not None
    return case.but(plan=replace(case.plan, offers=offers))


def _run(sandbox: Path, script: str, folder: Path, start: Path | None = None) -> list[list[str]]:
    """The calls that a script makes; fails when the script does, or when anything else was touched."""
    calls = sandbox / "calls"
    calls.unlink(missing_ok=True)
    shell = shutil.which("bash")
    assert shell is not None
    before = _tree(sandbox, folder)
    ran = subprocess.run(
        [shell, "-e", "-c", script],
        cwd=start or folder,
        env={"PATH": f"{sandbox / 'bin'}:/usr/bin:/bin", "CALLS": str(calls), "HOME": str(sandbox / "home")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert _tree(sandbox, folder) == before
    assert not list(sandbox.rglob("owned"))
    said = calls.read_text().split("\036") if calls.exists() else []
    return [each.split("\037") for each in said if each]


def _tree(sandbox: Path, folder: Path) -> dict[Path, bytes]:
    """Every file outside the export's folder, with its content."""
    return {
        path: path.read_bytes()
        for path in sandbox.rglob("*")
        if path.is_file() and folder not in path.parents and path.name != "calls"
    }


def _blocks(run_md: str) -> list[str]:
    """The commands of each section, as a person would paste them."""
    found: list[list[str]] = [[]]
    for line in run_md.splitlines():
        if line.startswith("## "):
            found.append([])
        if line.startswith("    "):
            found[-1].append(line[4:])
    return ["\n".join(each) for each in found if each]


def test_every_command_of_run_md_runs_and_gets_its_words_whole(sandbox: Path) -> None:
    case, folder = _case(sandbox), sandbox / PLACE
    write(case, folder)
    go, *sections = _blocks((folder / "RUN.md").read_text(encoding="utf-8"))
    assert len(sections) == 12
    calls = [call for each in sections for call in _run(sandbox, f"{go}\n{each}", folder, sandbox)]
    names = {call[0] for call in calls}
    assert {
        "python",
        "python3",
        "axolotl",
        "llamafactory-cli",
        "mlx_lm.lora",
        "accelerate",
        "sky",
        "sbatch",
        "aws",
        "gcloud",
    } <= names
    assert ["python", "train.py", "--config", "trl.yaml"] in calls
    assert (folder / "model" / "config.json").is_file()


def test_cloud_scripts_start_the_training_with_the_words_that_were_written(sandbox: Path) -> None:
    case, folder = _case(sandbox), sandbox / "out"
    write(case, folder)
    sky = yaml.safe_load((folder / "sky.yaml").read_text())
    assert case.model is not None
    assert sky["file_mounts"]["/model"] == case.model.path
    calls = _run(sandbox, f"SKYPILOT_NUM_GPUS_PER_NODE=4\n{sky['setup']}\n{sky['run']}", folder)
    assert calls[0] == ["python3", "-m", "pip", "install", "-r", "requirements.txt"]
    assert calls[1][:3] == ["torchrun", "--nproc_per_node", "4"]
    assert calls[1][-2:] == ["--model_name_or_path", "/model"]
    sage = json.loads((folder / "sagemaker.json").read_text())["AlgorithmSpecification"]
    line = sage["ContainerArguments"][0].replace("cd /opt/ml/input/data/code", "cd .")
    calls = _run(sandbox, line, folder)
    assert calls[1][:6] == ["accelerate", "launch", "--config_file", "fsdp2.yaml", "--num_processes", "4"]
    vertex = yaml.safe_load((folder / "vertex.yaml").read_text())["workerPoolSpecs"][0]["containerSpec"]
    place = vertex["args"][0].split(" ")[1]
    calls = _run(sandbox, vertex["args"][0].replace(f"cd {place}", "cd ."), folder)
    assert calls[1][:3] == ["torchrun", "--nproc_per_node", "4"]


def test_the_batch_script_and_the_settings_file_run(sandbox: Path) -> None:
    folder = sandbox / "out"
    write(_case(sandbox), folder)
    calls = _run(sandbox, (folder / "slurm.sbatch").read_text(), folder)
    assert calls[0][:3] == ["srun", "torchrun", "--standalone"]
    assert _run(sandbox, (folder / "wandb.env").read_text() + 'python "$WANDB_NAME"\n', folder) == [
        ["python", "a-b-c-touch-owned-touch-owned-touch-owne"]
    ]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a place where nobody can write")
def test_a_place_where_nothing_can_be_written_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="Nothing can be written into"):
        check_folder(Path("/proc/self/out"))


def test_rows_and_labels_that_look_like_commands_stay_rows(sandbox: Path) -> None:
    folder = sandbox / "out"
    write(_case(sandbox), folder)
    (folder / "data").mkdir()
    row = {"prompt": HOSTILE, "completion": HOSTILE}
    (folder / "data" / "train.jsonl").write_text(json.dumps(row) + "\n")
    _run(sandbox, (folder / "slurm.sbatch").read_text(), folder)
    assert json.loads((folder / "data" / "train.jsonl").read_text()) == row
    assert os.access(sandbox / "canary", os.R_OK)
