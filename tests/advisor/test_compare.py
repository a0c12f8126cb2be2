"""Two recorded pilots side by side: on stdout, as JSON, and on the Pilot step."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import Case, save
from advisor.cli.main import main
from advisor.compare import compared, newest_two, recorded
from advisor.errors import BadInput
from advisor.events import Done, GainFound, ProofFound, ScoreFound
from advisor.specs import DataChoice, JobSpec, PilotTask
from advisor.work.emit import Emitter
from screens.app import AdvisorApp
from screens.dialogs.beside import Beside
from tests.advisor.example_case import full_case, model, pilot, recipe
from tests.screens.conftest import screen_lines, until


def run_of(case: Case, name: str, loss: float, done: bool = True) -> Path:
    """A recorded pilot whose tuned model has this loss."""
    folder = case.runs / name
    folder.mkdir(parents=True)
    task = PilotTask(data=DataChoice(path=Path("rows.jsonl")), model=model(), recipe=recipe(), goal=case.goal)
    (folder / "spec.json").write_text(JobSpec(folder=folder, task=task).model_dump_json(), encoding="utf-8")
    facts, emitter = pilot(), Emitter(folder)
    if facts.proof is not None:
        emitter.emit(ProofFound(proof=facts.proof))
    tuned = replace(facts.scores[0], name="tuned", split="test", loss=loss)
    emitter.emit(ScoreFound(score=tuned))
    for gain in facts.gains:
        emitter.emit(GainFound(gain=gain))
    if done:
        emitter.emit(Done(seconds=60.0))
    return folder


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = full_case(tmp_path / "case")
    save(made)
    run_of(made, "20260101-100000-pilot", 1.25)
    run_of(made, "20260102-100000-pilot", 1.0, done=False)
    run_of(made, "20260103-100000-pilot", 0.75)
    return made


def test_the_two_newest_finished_pilots_are_compared(case: Case) -> None:
    earlier, now = newest_two(case)
    assert (earlier.name, now.name) == ("20260101-100000-pilot", "20260103-100000-pilot")
    lines = {each.name: (each.earlier, each.now) for each in compared(earlier, now)}
    assert lines["tuned: loss"] == ("1.250", "0.750")
    assert lines["time"] == ("1 min", "1 min") or lines["time"][0] == lines["time"][1]


def test_one_finished_pilot_and_a_folder_that_is_none_are_told(case: Case, tmp_path: Path) -> None:
    alone = full_case(tmp_path / "alone")
    run_of(alone, "20260101-100000-pilot", 1.0)
    with pytest.raises(BadInput, match="no two finished pilots"):
        newest_two(alone)
    with pytest.raises(BadInput, match="not the folder of a pilot"):
        recorded(tmp_path)


def test_the_command_prints_a_table_or_json(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--case", str(case.folder)]) == 0
    assert "1.250" in capsys.readouterr().out
    runs = [str(case.runs / f"2026010{day}-100000-pilot") for day in (1, 2)]
    assert main(["compare", *runs, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"name": "tuned: loss", "earlier": "1.250", "now": "1.000"} in document["lines"]
    assert main(["compare"]) == 2 and main(["compare", runs[0]]) == 2


async def test_c_on_the_pilot_step_shows_them(
    case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    app = AdvisorApp(case)
    async with app.run_test(size=(120, 40)) as keys:
        await keys.press("5", "c")
        await until(lambda: isinstance(app.screen, Beside))
        assert any("1.250" in line and "0.750" in line for line in screen_lines(app))
