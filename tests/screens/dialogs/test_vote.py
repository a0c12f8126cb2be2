"""The blind vote: keys choose, nothing tells whose answer it is, and the votes stay with the case."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import load
from heuristics.facts.pilot import Sample
from heuristics.pilot.votes import tuned_first
from screens.app import AdvisorApp
from screens.dialogs.vote import BlindVote
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import filled

SAMPLES = tuple(
    Sample(row, f"prompt {row}", f"wanted {row}", f"weak {row}", f"strong {row}") for row in range(1, 8)
)


def voting(folder: Path) -> AdvisorApp:
    case = filled(folder)
    assert case.pilot is not None
    return AdvisorApp(case.but(pilot=replace(case.pilot, samples=SAMPLES, complete=True, votes=())))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_seven_choices_become_votes_and_evidence(size: tuple[int, int], tmp_path: Path) -> None:
    app = voting(tmp_path)
    assert app.case.plan is not None
    seed = app.case.plan.recipe.seed
    async with app.run_test(size=size) as pilot:
        await pilot.press("5", "v")
        await pilot.pause()
        assert isinstance(app.screen, BlindVote)
        for sample in SAMPLES:
            seen = "\n".join(screen_lines(app))
            assert sample.prompt in seen and "tuned" not in seen.lower() and "base" not in seen.lower()
            first = seen.index(sample.tuned) < seen.index(sample.base)
            assert first == tuned_first(sample, seed)
            await pilot.press("a" if first else "b")
            await pilot.pause()
        await until(lambda: app.case.pilot is not None and len(app.case.pilot.votes) == 7)
        assert app.case.pilot is not None
        assert [each.chosen for each in app.case.pilot.votes] == ["tuned"] * 7
        assert app.case.verdict is not None
        assert any("7 blind choices" in each.text for each in app.case.verdict.evidence)
        kept = load(tmp_path).pilot
        assert kept is not None and len(kept.votes) == 7


async def test_a_vote_can_be_taken_back_left_early_and_tied(tmp_path: Path) -> None:
    app = voting(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "v", "a", "backspace", "t", "escape")
        await until(lambda: app.case.pilot is not None and len(app.case.pilot.votes) == 1)
        assert app.case.pilot is not None
        assert [(each.row, each.chosen) for each in app.case.pilot.votes] == [(1, "tie")]


async def test_without_a_complete_pilot_there_is_nothing_to_vote_on(tmp_path: Path) -> None:
    case = filled(tmp_path)
    assert case.pilot is not None
    app = AdvisorApp(case.but(pilot=replace(case.pilot, complete=False)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "v")
        assert not isinstance(app.screen, BlindVote)
