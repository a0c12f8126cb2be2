"""The Plan step shows the formula's memory at once, and the simulated one as soon as it is worked out."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import Case, new_case
from advisor.journey import settle
from heuristics.basis import Basis
from screens.app import AdvisorApp
from screens.state.simulation_keeper import SimulationKeeper
from tests.heuristics.known_cases import AMPERE, MINIATURE, machine
from tests.screens.conftest import screen_lines, until

pytestmark = pytest.mark.slow


def _planned(folder: Path, family: str = "llama") -> Case:
    model = replace(MINIATURE, family=family)
    return settle(new_case(folder / "case", "case").but(machine=machine(AMPERE), model=model))


def _basis(app: AdvisorApp) -> Basis | None:
    plan = app.case.plan
    return plan.memory.total.basis if plan is not None else None


def _memory_line(app: AdvisorApp) -> str:
    return next((line for line in screen_lines(app) if "Peak memory" in line), "")


@pytest.fixture
def simulating(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimulationKeeper, "SIMULATES", True)


@pytest.mark.usefixtures("simulating")
async def test_the_formula_comes_first_then_the_simulation_and_again_after_a_change(tmp_path: Path) -> None:
    app = AdvisorApp(_planned(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4")
        await until(lambda: "simulating" in _memory_line(app))
        assert _basis(app) is Basis.FORMULA
        await until(lambda: _basis(app) is Basis.SIMULATED)
        await until(lambda: "simulated" in _memory_line(app))
        assert "simulating" not in _memory_line(app)
        await until(lambda: app.simulation is None)  # the offers' devices come after this one
        app.decide(app.case.but(knobs=replace(app.case.knobs, rank=4)))
        await until(lambda: "simulating" in _memory_line(app))
        assert _basis(app) is Basis.FORMULA
        app.decide(app.case.but(knobs=replace(app.case.knobs, rank=None)))
        await until(lambda: _basis(app) is Basis.SIMULATED)
        await until(lambda: app.simulation is None)
        assert "simulated" in _memory_line(app), "found again, not worked out again"


@pytest.mark.usefixtures("simulating")
async def test_s_stops_a_simulation_and_the_formula_stays(tmp_path: Path) -> None:
    app = AdvisorApp(_planned(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4")
        await until(lambda: "simulating" in _memory_line(app))
        await pilot.press("s")
        await until(lambda: "simulating" not in _memory_line(app))
        assert app.simulation is not None
        assert app.simulation.why_not == "it was stopped"
        assert _basis(app) is Basis.FORMULA
        await pilot.press("3", "4")
        assert not app.simulation.running, "what was stopped does not begin again by itself"


@pytest.mark.usefixtures("simulating")
async def test_a_model_that_cannot_be_simulated_stays_with_the_formula_and_says_why(tmp_path: Path) -> None:
    app = AdvisorApp(_planned(tmp_path, family="neverheard"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4")
        await until(lambda: app.simulation is not None and not app.simulation.running)
        assert app.simulation is not None
        assert "neverheard" in app.simulation.why_not
        assert _basis(app) is Basis.FORMULA
