"""Every number says where it comes from: in the code that makes it, in the case, and on the screens."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from advisor.case import Case
from advisor.journey import settle
from advisor.steps import STEPS
from heuristics.basis import Basis, Estimate
from heuristics.planning.recipe import Choice
from screens.app import AdvisorApp
from tests.screens.sample_case import filled

ROOT = Path(__file__).parents[1]
SOURCE_AT = {"Estimate": 5, "exactly": 3, "Choice": 4}
"""Which argument of a call is the source."""
WORDS = re.compile("|".join((*(each.value for each in Basis), "counted")))
ESTIMATED = {
    "machine": ("Speed", "What it can train"),
    "plan": ("Memory and time", "Cloud", "Time", "Settings"),
    "pilot": ("Gains", "Scores", "Ladder", "Learning rates", "Proof", "Training runs", "Besides"),
    "verdict": ("Evidence", "More rows"),
}
"""Sections of the steps, by how their titles begin, whose numbers are estimated or measured, not counted."""
OF_ITSELF = ("Model",)
"""Rows of them that name a thing: its figures come from its own files, which the detail says."""


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call in the program that makes such a value."""
    for folder in ("heuristics", "advisor", "screens"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                    yield path, node


@pytest.mark.parametrize("name", SOURCE_AT)
def test_no_code_makes_an_estimate_without_a_source(name: str) -> None:
    found = list(calls(name))
    assert len(found) > 4
    for path, call in found:
        place = SOURCE_AT[name]
        given = call.args[place] if len(call.args) > place else None
        source = next((each.value for each in call.keywords if each.arg == "source"), given)
        empty = isinstance(source, ast.Constant) and not source.value
        assert source is not None and not empty, f"{path.relative_to(ROOT)}:{call.lineno}"


def inside(value: object) -> Iterator[object]:
    """A value and everything in it."""
    yield value
    if isinstance(value, tuple | list):
        for each in value:
            yield from inside(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from inside(getattr(value, each.name))


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A case at the end of its journey, with the plan and the verdict that the program itself makes of it."""
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("screens.state.simulation_keeper.SimulationKeeper.SIMULATES", False)
    return settle(filled(tmp_path / "case"))


def test_every_estimate_of_a_plan_and_a_verdict_has_basis_source_and_order(case: Case) -> None:
    made = [*inside(case.plan), *inside(case.verdict and case.verdict.evidence[2:])]
    estimates = [each for each in made if isinstance(each, Estimate)]
    choices = [each for each in made if isinstance(each, Choice)]
    assert len(estimates) > 20 and len(choices) > 8
    for each in (*estimates, *choices):
        assert isinstance(each.basis, Basis)
    measured_by_hand = {id(each.estimate) for each in (case.pilot.gains if case.pilot else ())}
    for each in estimates:
        assert id(each) in measured_by_hand or each.source, each
        assert each.low <= each.value <= each.high, each
    assert all(each.reason and each.source for each in choices)


async def test_every_estimated_number_on_the_screens_says_its_basis(case: Case) -> None:
    app = AdvisorApp(case)
    seen = 0
    async with app.run_test(size=(120, 40)) as pilot:
        for step in STEPS:
            await app.switch_mode(step)
            await pilot.pause()
            for section in app.screen.sections(app.case, None):  # type: ignore[attr-defined]
                for row in section.rows:
                    estimated = section.title.startswith(ESTIMATED.get(step, ()) or "\0")
                    if (
                        not estimated
                        or row.label in OF_ITSELF
                        or not re.search(r"\d", f"{row.value}{row.note}")
                    ):
                        continue
                    seen += 1
                    said = f"{row.label} {row.value} {row.note} {row.detail(100).plain}".lower()
                    assert WORDS.search(said), (step, section.title, row.label, row.value)
    assert seen > 40
