"""Help on a step and on a row."""

from pathlib import Path

import pytest

from advisor.glossary import glossary, words_in
from advisor.steps import STEPS
from screens.app import AdvisorApp
from screens.dialogs.help import Help
from screens.dialogs.whole import Whole
from tests.screens.conftest import screen_lines
from tests.screens.sample_case import filled, hostile


def test_the_words_of_a_sentence_are_found_whole_and_in_any_of_their_forms() -> None:
    found = [each.word for each in words_in("Checkpointing is on: 4 rows of the test rows, RISK, lossy")]
    assert found == ["activation checkpointing", "RISK", "test rows"]
    assert not words_in("no risk in this one, and no trainer")


def test_no_word_is_explained_twice_and_each_meaning_is_one_line() -> None:
    words = glossary()
    forms = [form.casefold() for each in words for form in (each.word, *each.also)]
    assert len(set(forms)) == len(forms)
    assert all("\n" not in each.means and len(each.means) < 130 for each in words)
    assert [each.word.casefold() for each in words] == sorted(each.word.casefold() for each in words)


WITHOUT_WORDS = ("goal", "export")
"""Steps whose first row holds no word that needs explaining."""


@pytest.mark.parametrize("step", STEPS)
async def test_help_explains_the_words_of_the_selected_row_first(step: str, tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(100, 60)) as pilot:
        await app.switch_mode(step)
        await pilot.pause()
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        shown = "\n".join(screen_lines(app))
        headings = (
            ("Keys", "Words") if step in WITHOUT_WORDS else ("Words of this row", "Keys", "Other words")
        )
        places = [shown.find(each) for each in headings]
        assert -1 not in places and places == sorted(places)


async def test_a_row_can_be_seen_whole_with_its_source(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(100, 40)) as pilot:
        await app.switch_mode("plan")
        await pilot.pause()
        app.screen.rows.go_to("choice-learning_rate")  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.press("i")
        assert isinstance(app.screen, Whole)
        shown = "\n".join(screen_lines(app))
        assert "Source" in shown and "learning rate" in shown
        await pilot.press("i")
        assert not isinstance(app.screen, Whole)


async def test_a_hostile_row_seen_whole_stays_text(tmp_path: Path) -> None:
    app = AdvisorApp(hostile(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        for step in STEPS:
            await app.switch_mode(step)
            await pilot.pause()
            await pilot.press("i")
            assert "\x1b" not in "\n".join(screen_lines(app))
            await pilot.press("escape")
