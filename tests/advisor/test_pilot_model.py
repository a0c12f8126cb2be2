"""The pilot's own model, from the command line to the job and the export."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import load, new_case, save
from advisor.cli.asked import Asked
from advisor.cli.opening import opened
from advisor.events import Started
from advisor.export.tune import tune_of
from advisor.journey import absorb, settle
from advisor.specs import PilotTask
from advisor.tasks import task_of
from heuristics.facts.experiment import RateEvidence
from tests.advisor.example_case import data, machine
from tests.advisor.tiny_model import make_tiny_model
from tests.heuristics.known_cases import LLAMA_8B

pytestmark = pytest.mark.slow


def test_the_pilot_trains_the_smaller_model_and_the_export_the_larger(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"prompt": "a", "completion": "b"}\n')
    tiny = make_tiny_model(tmp_path / "tiny")
    case = new_case(tmp_path / "case", "case").but(
        data_path=str(rows), machine=machine(), data=data(), model=LLAMA_8B, goal_confirmed=True
    )
    save(settle(case))
    with opened(Asked("pilot", case=case.folder, pilot_model=str(tiny))) as begun:
        assert begun.plan is not None and begun.plan.stand_in is not None
        assert begun.plan.recipe.model == "llama-8b"
        task = task_of(begun, "pilot")
        assert isinstance(task, PilotTask)
        assert (task.model.path, task.recipe.model) == (str(tiny), "tiny")
        assert sum(task.foretold.values()) == pytest.approx(begun.plan.pilot_time.value, rel=0.01)
        assert task.foretold["proof"] > 0
        after = absorb(begun, Started(job="pilot", pid=1, time=""), "run")
    assert load(case.folder).pilot_choice == str(tiny)
    assert after.pilot is not None
    assert after.pilot.model == "tiny"
    rate = RateEvidence(2e-4, 3e-4, 1e-4, 9e-4, "parabola", 0.01, (), 1.5e-4, 1e-4, 4e-4, "Measured.")
    tune = tune_of(after.but(pilot=replace(after.pilot, rate=rate)))
    assert tune.recipe.model == "llama-8b"
    assert tune.recipe.learning_rate != 1.5e-4
    assert "for a smaller model, tiny" in tune.rate_reason
