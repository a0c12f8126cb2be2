"""The verdict draws the learning curve and the costs; the export writes what is ticked."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import new_case
from advisor.journey import settle
from heuristics.basis import Basis
from heuristics.facts.experiment import Rung
from heuristics.facts.forecast import Forecast, LadderPoint
from heuristics.forecast import of_points
from heuristics.planning.recipe import Offer
from screens.app import AdvisorApp
from screens.export import ExportScreen
from screens.rows.curve import curve_picture, curve_words
from screens.widgets.row_list import RowList
from tests.heuristics.known_cases import AMPERE, MINIATURE, machine
from tests.heuristics.verdict.test_table import LIMITS
from tests.screens.conftest import Golden
from tests.screens.sample_case import filled

FOLDER = Path("/tmp/case")
POINTS = tuple(
    LadderPoint(size, seed, round(2.0 * size**-0.25 + 0.3 + 0.01 * seed, 4))
    for size, seeds in ((60, 3), (120, 3), (240, 1), (480, 1))
    for seed in range(seeds)
)


def with_ladder(folder: Path) -> AdvisorApp:
    """A finished case whose pilot climbed a ladder, judged by its loss."""
    case = filled(folder)
    assert case.pilot is not None
    rungs = tuple(
        Rung(f"r{each.samples}-{each.seed}", each.samples, each.seed, each.value) for each in POINTS
    )
    return AdvisorApp(
        case.but(pilot=replace(case.pilot, rungs=rungs), goal=replace(case.goal, metric="loss"))
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_the_learning_curve_is_drawn_and_read_out(size: tuple[int, int], golden: Golden) -> None:
    app = with_ladder(FOLDER)
    async with app.run_test(size=size) as pilot:
        await app.switch_mode("verdict")
        await pilot.pause()
        app.screen.query_one("#rows", RowList).go_to("curve")
        await pilot.pause()
        await golden(app, f"verdict-curve-{size[0]}x{size[1]}")


@pytest.mark.parametrize("width", [10, 40, 200])
def test_the_picture_keeps_to_its_width(width: int) -> None:
    made = of_points(POINTS, "loss", "nats", LIMITS.forecast)
    assert isinstance(made, Forecast)
    picture = curve_picture(made, width).plain.splitlines()
    assert all(len(line) <= max(26, width) for line in picture[:-1])
    assert "●" in "".join(picture)
    assert "at 1,920 rows" in curve_words(made)


async def test_enter_ticks_a_target_off_and_its_files_go(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await app.switch_mode("export")
        await pilot.pause()
        rows = app.screen.query_one("#rows", RowList)
        assert "file-axolotl.yaml" in {each.id for each in rows.options}
        rows.go_to("target-axolotl")
        await pilot.press("enter")
        await pilot.pause()
        assert app.export_left_out == {"axolotl"}
        names = {each.id for each in rows.options}
        assert "file-axolotl.yaml" not in names
        assert "file-trl.yaml" in names


@pytest.mark.slow
async def test_p_proves_the_offers_by_simulation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    case = new_case(tmp_path / "case", "case").but(machine=machine(AMPERE), model=MINIATURE)
    app = AdvisorApp(settle(case.but(goal=replace(case.goal, data_may_leave=True))))
    assert app.case.plan is not None
    assert {_basis(each) for each in app.case.plan.offers} == {Basis.FORMULA}
    async with app.run_test(size=(80, 24)) as pilot:
        await app.switch_mode("verdict")
        await pilot.pause()
        await pilot.press("p")
        for _ in range(600):
            await asyncio.sleep(0.1)
            if app.live is not None and not app.live.running and not app.running.busy:
                break
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.case.plan is not None
        assert {_basis(each) for each in app.case.plan.offers} == {Basis.SIMULATED}
        assert {each.memory.basis for each in app.case.plan.shares} == {Basis.SIMULATED}


def _basis(offer: Offer) -> Basis | None:
    return offer.memory.basis if offer.memory is not None else None


async def test_the_export_is_made_again_only_when_something_changed(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.switch_mode("export")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ExportScreen)
        first = screen.sections(app.case, None)
        assert screen.sections(app.case, None) is first
        assert screen.sections(app.case.but(name="other"), None) is not first
        again = screen.sections(app.case, None)
        app.export_left_out = frozenset({"axolotl"})
        assert screen.sections(app.case, None) is not again
