"""What follows from what: the next step, the states of the rail, and recovery after a kill."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import Case, load, new_case, save
from advisor.errors import BadInput
from advisor.events import Done, ScoreFound, Started
from advisor.journey import absorb, recover
from advisor.specs import DataChoice, JobSpec, PilotTask
from advisor.standing import next_of, step_states, verdict_line
from advisor.steps import STEPS, StepState
from advisor.tasks import task_of
from advisor.work.emit import Emitter
from heuristics.basis import Basis, Estimate
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.facts.pilot import Score
from heuristics.planning.recipe import MemoryPrediction, Plan, Recipe

RECIPE = Recipe("m", "lora", 1e-3, 8, 1, 3.0, 128, 300)
SCORE = Score("base", "test", 100, 900, 2.0, 7.4, 0.4)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path / "case", "a question")


def test_a_new_case_begins_with_the_machine(case: Case) -> None:
    assert next_of(case).action == "probe"
    assert set(step_states(case).values()) == {StepState.EMPTY}
    assert step_states(case, running="data")["data"] is StepState.RUNNING


def test_every_step_has_a_line_in_words_from_the_beginning(case: Case) -> None:
    assert all(verdict_line(case, step) for step in STEPS)


@pytest.mark.parametrize("action", ["profile", "pilot", "export", "nonsense"])
def test_a_job_that_lacks_something_is_refused_in_words(case: Case, action: str) -> None:
    with pytest.raises(BadInput) as caught:
        task_of(case, action)
    assert caught.value.message


def test_events_of_another_run_do_not_touch_the_pilot(case: Case) -> None:
    started = Started(job="pilot", pid=1, time="2026-01-01T00:00:00+00:00")
    case = absorb(case, started, "one-pilot")
    assert absorb(case, ScoreFound(score=SCORE), "two-pilot") == case
    after = absorb(case, ScoreFound(score=SCORE), "one-pilot")
    assert after.pilot is not None
    assert after.pilot.scores == (SCORE,)


def killed_pilot(case: Case, recipe: Recipe) -> tuple[Case, Path]:
    """A saved case with a plan, and the folder of a pilot that used `recipe`."""
    seconds = Estimate(60.0, 30.0, 120.0, "s", Basis.FORMULA, "test")
    memory = MemoryPrediction((), Estimate(1.0, 1.0, 1.0, "bytes", Basis.FORMULA, "test"), 2, "fits")
    case = case.but(data_path="/rows.jsonl", plan=Plan(RECIPE, (), memory, seconds, seconds, 100))
    save(case)
    folder = case.runs / "20260101-000000-pilot"
    folder.mkdir(parents=True)
    shape = ModelShape(8, 1, 1, 1, 8, 16, 32, True, 1000, 1000)
    model = ModelFacts("m", "local", "llama", shape)
    task = PilotTask(data=DataChoice(path=Path("/rows.jsonl")), model=model, recipe=recipe, goal=case.goal)
    (folder / "spec.json").write_text(JobSpec(folder=folder, task=task).model_dump_json())
    return case, folder


def test_a_pilot_with_another_recipe_adds_nothing(case: Case) -> None:
    case, folder = killed_pilot(case, replace(RECIPE, learning_rate=2e-3))
    Emitter(folder).emit(Started(job="pilot", pid=1, time="2026-01-01T00:00:00+00:00"))
    assert recover(load(case.folder)).pilot is None


@pytest.mark.parametrize("finished", [True, False])
def test_a_case_saved_before_the_kill_learns_what_its_pilot_wrote(case: Case, finished: bool) -> None:
    case, folder = killed_pilot(case, RECIPE)
    emitter = Emitter(folder)
    emitter.emit(Started(job="pilot", pid=1, time="2026-01-01T00:00:00+00:00"))
    emitter.emit(ScoreFound(score=SCORE))
    if finished:
        emitter.emit(Done(seconds=5.0))
    recovered = recover(load(case.folder))
    assert recovered.pilot is not None
    assert recovered.pilot.scores == (SCORE,)
    assert recovered.pilot.complete is finished
    assert bool(recovered.pilot.ended) is not finished
    assert recover(recovered) == recovered
