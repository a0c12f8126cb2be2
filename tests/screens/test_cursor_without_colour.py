"""Where the cursor stands is seen without colour."""

from pathlib import Path

from screens.app import AdvisorApp
from tests.screens.conftest import screen_lines
from tests.screens.sample_case import filled


async def test_the_chosen_answer_has_a_sign(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "enter")
        await pilot.pause()
        assert any(">classify" in line for line in screen_lines(app))
        await pilot.press("down")
        shown = screen_lines(app)
        assert any(">extract" in line for line in shown) and any(" classify" in line for line in shown)


async def test_the_file_under_the_cursor_has_a_sign(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text("{}")
    app = AdvisorApp(filled(tmp_path).but(data_path=str(tmp_path / "a.jsonl")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "o")
        await pilot.pause(0.4)
        await pilot.press("tab", "end")
        await pilot.pause(0.2)
        assert any(">" in line and "b.jsonl" in line for line in screen_lines(app))
        await pilot.press("up")
        await pilot.pause(0.2)
        assert any(">" in line and "a.jsonl" in line for line in screen_lines(app))
