"""Two pilots beside one another."""

from pathlib import Path

import pytest

from advisor.compare import Line
from screens.app import AdvisorApp
from screens.dialogs.beside import Beside
from tests.screens.conftest import screen_lines
from tests.screens.sample_case import HOSTILE, filled

LINES = (
    Line("learning rate", "0.0042", "0.0042"),
    Line("gain in loss", "4.43 nats (4.36 nats to 4.51 nats)", "4.60 nats (4.51 nats to 4.69 nats)"),
)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_both_figures_stand_whole_on_their_lines(size: tuple[int, int], tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=size) as pilot:
        app.push_screen(Beside("20260101-000000-pilot", "20260102-000000-pilot", LINES))
        await pilot.pause()
        text = screen_lines(app)
        for line in LINES:
            assert any(line.earlier in each for each in text)
            assert any(line.now in each for each in text)
        await pilot.press("c")
        assert not isinstance(app.screen, Beside)


async def test_a_hostile_figure_stays_text(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Beside(HOSTILE, HOSTILE, (Line(HOSTILE, HOSTILE, "1"),)))
        await pilot.pause()
        assert "\x1b" not in "\n".join(screen_lines(app))
        assert app.is_running


async def test_a_case_with_one_pilot_says_that_there_is_nothing_to_compare(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    said: list[str] = []
    app.say = lambda words, do="", fault=False: said.append(words)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "c")
        await app.workers.wait_for_complete()
        await pilot.pause()
    assert said == ["This case has no two finished pilots to compare"]
