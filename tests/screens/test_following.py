"""The next thing from each step."""

from pathlib import Path

import pytest

from advisor.steps import STEPS
from screens.following import following
from tests.screens.sample_case import filled


@pytest.mark.parametrize("here", STEPS)
def test_the_plan_is_read_before_it_is_tried(here: str, tmp_path: Path) -> None:
    case = filled(tmp_path).but(pilot=None, pilot_run=None, verdict=None)
    proposed = following(case, here)
    if here in ("machine", "data", "goal"):
        assert (proposed.step, proposed.action) == ("plan", "look")
    else:
        assert (proposed.step, proposed.action) == ("pilot", "pilot")


@pytest.mark.parametrize("here", STEPS)
def test_the_verdict_is_read_before_files_are_written(here: str, tmp_path: Path) -> None:
    proposed = following(filled(tmp_path), here)
    if here in ("verdict", "export"):
        assert (proposed.step, proposed.action) == ("export", "export")
    else:
        assert (proposed.step, proposed.action) == ("verdict", "look")
