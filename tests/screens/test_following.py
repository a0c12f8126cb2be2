"""The next thing from each step."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.steps import STEPS
from heuristics.facts.pilot import PilotFacts
from heuristics.verdict.decision import Decision
from screens.following import following
from tests.screens.sample_case import DATA, MODEL, VERDICT, filled


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


def test_rows_are_read_again_only_where_their_tokens_can_be_counted(tmp_path: Path) -> None:
    uncounted = filled(tmp_path).but(
        data=replace(DATA, tokens=None), pilot=None, pilot_run=None, verdict=None
    )
    proposed = following(uncounted, "data")
    assert (proposed.text, proposed.action) == ("count the tokens", "profile")
    only_listed = replace(MODEL, where="catalogue", path=None)
    assert following(uncounted.but(model=only_listed), "data").action == "look"


def test_a_pilot_that_could_not_get_its_model_leads_to_another_model(tmp_path: Path) -> None:
    only_listed = replace(MODEL, where="catalogue", path=None)
    failed = PilotFacts(ended="The Hub cannot be reached")
    case = filled(tmp_path).but(model=only_listed, pilot=failed, verdict=None)
    assert following(case, "pilot").action == "choose_model"
    assert following(case.but(model=MODEL), "pilot").action == "pilot"


def test_after_the_files_are_written_the_user_goes_on_outside(tmp_path: Path) -> None:
    written = filled(tmp_path).but(exported=(str(tmp_path / "export" / "RUN.md"),))
    for here in ("verdict", "export"):
        proposed = following(written, here)
        assert (proposed.step, proposed.action) == ("export", "outside")
        assert "RUN.md" in proposed.text


@pytest.mark.parametrize("exported", [(), ("/tmp/RUN.md",)])
def test_a_verdict_against_the_full_run_leads_to_its_own_next_step(
    exported: tuple[str, ...], tmp_path: Path
) -> None:
    verdict = replace(VERDICT, decision=Decision.COLLECT_DATA, next_steps=("Collect 900 rows",))
    case = filled(tmp_path).but(verdict=verdict, exported=exported)
    assert following(case, "data").text == "read the verdict"
    proposed = following(case, "verdict")
    assert (proposed.text, proposed.action) == ("Collect 900 rows", "outside")
