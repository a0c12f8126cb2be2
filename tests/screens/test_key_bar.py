"""The line of keys."""

from pathlib import Path

from screens.app import AdvisorApp
from screens.state.live import Live
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import filled


async def test_the_key_that_shows_a_row_uncut_is_named_where_there_is_room(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        assert " i all  1234567 step" in screen_lines(app)[-1]
        await pilot.resize_terminal(60, 16)
        await until(lambda: " i all " not in screen_lines(app)[-1])
        assert screen_lines(app)[-1].endswith("q quit")


async def test_at_sixty_columns_every_key_is_there_while_a_job_runs(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    app.live = Live("export", "export")
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press("7")
        await until(lambda: "s stop" in screen_lines(app)[-1])
        keys = screen_lines(app)[-1]
        assert [
            each for each in ("⏎ change", "w write", "1-7", "^n", "s stop", "?", "q") if each not in keys
        ] == []
        assert len(keys) <= 59
