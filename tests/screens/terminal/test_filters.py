"""The last look at what reaches the terminal."""

from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color

from screens.app import AdvisorApp
from screens.terminal.filters import Harmless
from tests.screens.conftest import screen_lines
from tests.screens.sample_case import filled


def test_control_characters_are_replaced_and_styles_kept() -> None:
    from rich.style import Style

    style = Style(bold=True)
    (seen,) = Harmless().apply([Segment("a\x1b]52;c;eA==\x07b", style)], Color(0, 0, 0))
    assert "\x1b" not in seen.text
    assert "\x07" not in seen.text
    assert seen.style == style


@pytest.mark.parametrize("step", ["data", "plan", "pilot", "verdict"])
async def test_without_utf8_the_screen_is_ascii(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.switch_mode(step)
        await pilot.pause()
        assert all(line.isascii() for line in screen_lines(app))
