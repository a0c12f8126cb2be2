"""Each step as text, empty and filled, at two sizes."""

from pathlib import Path

import pytest

from advisor.steps import STEPS
from screens.app import AdvisorApp
from tests.screens.conftest import Golden
from tests.screens.sample_case import empty, filled

# Not tmp_path: the folder is on the screen, and must be the same on every machine.
FOLDER = Path("/tmp/case")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("state", ["empty", "filled"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_step_looks_as_it_did(step: str, state: str, size: tuple[int, int], golden: Golden) -> None:
    app = AdvisorApp((empty if state == "empty" else filled)(FOLDER))
    async with app.run_test(size=size) as pilot:
        await app.switch_mode(step)
        await pilot.pause()
        await golden(app, f"{step}-{state}-{size[0]}x{size[1]}")
