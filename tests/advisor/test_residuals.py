"""What one pilot measured corrects the plans of later cases on the same device, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor import catalog
from advisor.caches import cache_home
from advisor.journey import settle
from advisor.residuals import identity, kept_residuals, remember
from heuristics.basis import Basis
from heuristics.memory.residuals import Residual, with_residuals
from tests.advisor.example_case import full_case

LIMITS = catalog.limits().memory


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))


def measured(case_name: str, folder: Path, peak: int):
    case = settle(full_case(folder, case_name))
    assert case.pilot is not None and case.pilot.proof is not None and case.plan is not None
    recipe = case.plan.recipe
    proof = replace(case.pilot.proof, peak_bytes=peak, retries=0)
    return case.but(pilot=replace(case.pilot, proof=proof, model=recipe.model, method=recipe.method))


def test_a_later_case_is_corrected_and_says_by_what(tmp_path: Path) -> None:
    first = measured("first", tmp_path / "a", 1)
    assert first.plan is not None
    before = first.plan.memory.total.value
    first = measured("first", tmp_path / "a", round(before * 1.5))
    remember(first)
    remember(first)
    assert len(kept_residuals()) == 1
    later = settle(full_case(tmp_path / "b", "second"))
    assert later.plan is not None
    total = later.plan.memory.total
    assert total.value == pytest.approx(before * 1.5, rel=1e-3)
    assert "times 1.50" in total.source and "1 pilot on this device" in total.source
    assert total.low < total.value < total.high
    assert later.plan.memory.uncorrected == pytest.approx(before)
    assert sum(each.bytes for each in later.plan.memory.parts) == pytest.approx(total.value, rel=1e-3)
    full = later.plan.full_memory
    assert full is not None and full.total.value >= total.value * 0.999
    own = settle(full_case(tmp_path / "a", "first").but(created=first.created))
    assert own.plan is not None and own.plan.memory.total.value == pytest.approx(before)


def test_a_correction_is_measured_against_what_was_predicted_without_one(tmp_path: Path) -> None:
    first = measured("first", tmp_path / "a", 1)
    assert first.plan is not None
    before = first.plan.memory.total.value
    remember(measured("first", tmp_path / "a", round(before * 1.5)))
    remember(measured("second", tmp_path / "b", round(before * 1.5)))
    assert [each.ratio for each in kept_residuals()] == pytest.approx([1.5, 1.5], rel=1e-3)


@pytest.mark.parametrize("other", [{"device": "another"}, {"method": "full"}, {"basis": "simulated"}])
def test_another_device_method_or_prediction_corrects_nothing(other: dict[str, str], tmp_path: Path) -> None:
    case = settle(full_case(tmp_path, "case"))
    assert case.plan is not None and case.plan.memory.total.basis is Basis.FORMULA
    residual = Residual("x", case.plan.device, case.plan.recipe.method, "formula", 1e9, 2e9, "2026-01-01")
    limits = LIMITS
    assert with_residuals(case.plan, [residual], "case", limits) != case.plan
    assert with_residuals(case.plan, [replace(residual, **other)], "case", limits) == case.plan
    assert with_residuals(case.plan, [residual], "x", limits) == case.plan


def test_a_damaged_store_is_no_store(tmp_path: Path) -> None:
    remember(measured("first", tmp_path / "a", 10**9))
    (path,) = (cache_home() / "residuals").glob("*.json")
    path.write_text("{", encoding="utf-8")
    assert kept_residuals() == ()
    second = measured("second", tmp_path / "b", 10**9)
    remember(second)
    assert [each.case for each in kept_residuals()] == [identity(second)]
