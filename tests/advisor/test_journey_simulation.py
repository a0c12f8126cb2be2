"""A plan prefers a simulation of its own step to the formula."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import new_case
from advisor.journey import settle
from advisor.simulations import keep_simulation
from advisor.tasks import simulation_task
from heuristics.basis import Basis
from heuristics.facts.simulation import SimulationFacts
from tests.heuristics.known_cases import AMPERE, GIB, MINIATURE, machine

pytestmark = pytest.mark.slow


def test_a_kept_simulation_replaces_the_formula_and_only_for_its_own_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path))
    case = settle(new_case(tmp_path / "case", "case").but(machine=machine(AMPERE), model=MINIATURE))
    assert case.plan is not None
    assert case.plan.memory.total.basis is Basis.FORMULA
    task = simulation_task(case)
    assert task is not None
    facts = SimulationFacts("m", task.step, 3 * GIB, 4 * GIB, (), (("weights", GIB),), 1, 1, 0.1)
    keep_simulation(MINIATURE, facts)
    again = settle(case)
    assert again.plan is not None
    assert again.plan.memory.total.basis is Basis.SIMULATED
    assert 4 * GIB < again.plan.memory.total.value < 5 * GIB
    left = simulation_task(again)
    assert left is None or task.step not in (left.step, *left.more)
    other = settle(again.but(knobs=replace(again.knobs, rank=8)))
    assert other.plan is not None
    assert other.plan.memory.total.basis is Basis.FORMULA


def test_the_kept_plan_survives_saving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from advisor.case import load, save

    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path))
    case = settle(new_case(tmp_path / "case", "case").but(machine=machine(AMPERE), model=MINIATURE))
    task = simulation_task(case)
    assert task is not None
    keep_simulation(MINIATURE, SimulationFacts("m", task.step, GIB, GIB, (), (("weights", GIB),), 1, 1, 0.1))
    case = settle(case)
    save(case)
    assert load(case.folder).plan == case.plan
