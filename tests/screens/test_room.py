"""What a narrow window leaves out and a wide one adds."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.steps import STEPS
from screens.app import AdvisorApp
from screens.widgets.plot import LossPlot
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import PLAN, filled

LONG = "HuggingFaceTB/SmolLM2-135M-Instruct"


@pytest.mark.parametrize("step", STEPS)
async def test_every_key_of_a_step_is_whole_at_sixty_columns(step: str, tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(60, 16)) as pilot:
        await app.switch_mode(step)
        await pilot.pause()
        keys = screen_lines(app)[-1]
    assert keys.endswith("q quit")
    assert "1234567 step" in keys or "1-7 step" in keys


async def test_a_pilot_window_that_becomes_wide_draws_the_curve(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.switch_mode("pilot")
        await pilot.pause()
        plot = app.screen.query_one(LossPlot)
        assert not plot.display
        await pilot.resize_terminal(120, 40)
        await until(lambda: plot.display)
        assert "Loss in nats: training 2.658 to 0.902" in "\n".join(screen_lines(app))


async def test_the_curve_of_an_earlier_run_does_not_stand_for_one_without_steps(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(120, 40)):
        await app.switch_mode("pilot")
        plot = app.screen.query_one(LossPlot)
        drawn = "training  "
        await until(lambda: drawn in "\n".join(screen_lines(app)))
        plot.show((), ())
        await until(lambda: drawn not in "\n".join(screen_lines(app)))
        assert "No loss yet" in "\n".join(screen_lines(app))
        plot.show(((1, 2.0), (2, 1.0)), ())
        await until(lambda: drawn in "\n".join(screen_lines(app)))


async def test_a_label_that_is_cut_says_so_and_is_whole_where_there_is_room(tmp_path: Path) -> None:
    named = replace(PLAN, alternatives=(replace(PLAN.alternatives[0], model=LONG),))
    app = AdvisorApp(filled(tmp_path).but(plan=named))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.switch_mode("plan")
        app.screen.rows.go_to("other-0")  # type: ignore[attr-defined]
        await pilot.pause()
        assert any(line.startswith(">HuggingFaceTB") and "…" in line[:30] for line in screen_lines(app))
        await pilot.resize_terminal(200, 60)
        await until(lambda: any(line.startswith(f">{LONG} ") for line in screen_lines(app)))
