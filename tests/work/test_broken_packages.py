"""Packages that are installed and raise when they are imported: each is named, the rest works."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.events import Done, MachineFound, Note, parse_event
from advisor.jobs import run_job
from advisor.specs import JobSpec, ProbeTask

ROOT = Path(__file__).parents[2]
SINKS = """
import sys
from pathlib import Path
from advisor.events import Metric
from advisor.work.emit import Emitter
from advisor.work.pilot.metric_files import open_files
files = open_files(Path("."), Emitter(Path(".")), "a project", True)
files.write(Metric(run="r1", step=1, total_steps=2, values={"loss": 1.5}))
files.close()
"""


def broken(folder: Path, *names: str) -> Path:
    """A folder with packages of these names that raise when they are imported."""
    for name in names:
        package = folder / "broken" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f"raise RuntimeError('{name} \\x1b[2J is broken')\n")
    return folder / "broken"


async def test_a_probe_names_them_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = broken(tmp_path, "pynvml", "bitsandbytes")
    monkeypatch.setenv("PYTHONPATH", f"{place}{os.pathsep}{ROOT}")
    task = ProbeTask(case_folder=tmp_path, models_folder=tmp_path, measure=False)
    events = [each async for each in run_job(JobSpec(folder=tmp_path / "run", task=task))]
    assert isinstance(events[-1], Done), events[-1]
    (facts,) = [each.facts for each in events if isinstance(each, MachineFound)]
    told = " ".join(facts.problems)
    for name in ("pynvml", "bitsandbytes"):
        assert f"{name} \ufffd[2J is broken" in told
    assert facts.device.usable
    assert not facts.quantisation


def test_a_pilot_keeps_its_other_metric_files(tmp_path: Path) -> None:
    place = broken(tmp_path, "tensorboard", "wandb")
    subprocess.run(
        [sys.executable, "-c", SINKS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{place}{os.pathsep}{ROOT}"},
        check=True,
        timeout=120,
    )
    assert "1.5" in (tmp_path / "metrics.csv").read_text()
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    notes = [event.text for line in lines if isinstance(event := parse_event(line), Note)]
    assert [each.partition(":")[0] for each in notes] == ["No TensorBoard", "No Weights & Biases"]
    assert all("is broken" in each and "\x1b" not in each for each in notes), json.dumps(notes)
