"""The whole program by keys alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import load, save
from advisor.steps import STEPS
from heuristics.goal import Goal
from screens.app import AdvisorApp
from screens.commands import Commands
from screens.dialogs.confirm import Confirm
from screens.dialogs.edit import Edit
from screens.dialogs.file_picker import FilePicker
from screens.dialogs.help import Help
from screens.dialogs.vote import BlindVote
from screens.step_classes import step_class
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import empty, filled


async def test_digits_go_to_every_step(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        for number, step in enumerate(STEPS, 1):
            await pilot.press(str(number))
            assert app.current_mode == step
            assert f"[{number} {step.capitalize()}]" in screen_lines(app)[0]


@pytest.mark.parametrize("step", STEPS)
async def test_every_key_line_fits_eighty_columns(step: str, tmp_path: Path) -> None:
    case = filled(tmp_path).but(pilot=None, pilot_run=None)
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)) as pilot:
        app.decide(case.but(goal=replace(case.goal, budget_hours=3.0)))
        await app.workers.wait_for_complete()
        assert app.can_undo
        await app.switch_mode(step)
        await pilot.pause()
        assert " u undo " in screen_lines(app)[-1]
        assert screen_lines(app)[-1].endswith("quit")


async def test_every_binding_has_a_name_and_an_explanation(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        for step in STEPS:
            await app.switch_mode(step)
            await pilot.pause()
            ours = [*app.BINDINGS, *type(app.screen).BINDINGS]
            assert all(each.id and each.tooltip for each in ours)  # type: ignore[union-attr]


async def test_enter_changes_an_answer_and_the_case_file_follows(tmp_path: Path) -> None:
    case = empty(tmp_path)
    save(case)
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "enter")
        assert isinstance(app.screen, Edit)
        await pilot.press("home", "enter")
        await app.workers.wait_for_complete()
        assert app.case.goal.task == "classify"
        assert app.case.goal_confirmed
    assert load(tmp_path).goal.task == "classify"


async def test_a_wrong_answer_is_explained_and_asked_again(tmp_path: Path) -> None:
    app = AdvisorApp(empty(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        app.screen.rows.go_to("goal-Smallest gain")  # type: ignore[attr-defined]
        await pilot.press("enter", "x", "enter")
        assert isinstance(app.screen, Edit)
        assert "is not a number" in "\n".join(screen_lines(app))
        await pilot.press("escape")
        assert app.case.goal == Goal()


async def test_an_empty_answer_shows_what_holds_now(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        app.screen.rows.go_to("choice-learning_rate")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.pause()
        assert "now 2.0e-04" in "\n".join(screen_lines(app))


async def test_a_change_that_loses_a_pilot_is_asked_about_first(tmp_path: Path) -> None:
    case = filled(tmp_path)
    save(case)
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        app.screen.rows.go_to("choice-learning_rate")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.press(*"1e-4", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        assert app.case.pilot is not None
        assert app.case.knobs.learning_rate is None


async def test_the_next_key_asks_for_a_file_when_there_is_none(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path).but(data=None, data_path=None, goal_confirmed=False, pilot=None))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert app.current_mode == "data"
        assert isinstance(app.screen, FilePicker)
        await pilot.press(*"/no/such", "enter")
        assert "There is no file" in "\n".join(screen_lines(app))
        await pilot.press("escape")
        assert app.case.data_path is None


async def test_the_next_key_shows_the_goal_before_it_confirms_it(tmp_path: Path) -> None:
    case = filled(tmp_path).but(goal_confirmed=False, pilot=None, verdict=None)
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+n")
        assert (app.current_mode, app.case.goal_confirmed) == ("goal", False)
        await pilot.press("ctrl+n")
        await app.workers.wait_for_complete()
        assert app.case.goal_confirmed


async def test_the_next_key_reaches_the_verdict_before_the_export(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+n")
        assert app.current_mode == "verdict"
        await pilot.press("ctrl+n")
        assert app.current_mode == "export"


async def test_help_lists_the_keys_of_the_step(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("2", "question_mark")
        assert isinstance(app.screen, Help)
        assert "Choose the data file" in "\n".join(screen_lines(app))
        await pilot.press("escape")
        assert not isinstance(app.screen, Help)


async def test_the_palette_offers_actions(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await until(lambda: "Do the next recommended thing" in "\n".join(screen_lines(app)))


async def test_the_palette_offers_every_action_of_every_step(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        offered = {hit.text async for hit in Commands(app.screen).discover()}
        for step in STEPS:
            own = [each for each in step_class(step).BINDINGS if not each.action.startswith("app.")]  # type: ignore[union-attr]
            assert {each.tooltip for each in own} <= offered  # type: ignore[union-attr]
        await pilot.press("ctrl+p")
        await pilot.pause(0.3)
        await pilot.press(*"Choose blindly")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await until(lambda: app.current_mode == "pilot" and isinstance(app.screen, BlindVote))


async def test_what_a_step_cannot_do_now_is_said_by_the_palette(tmp_path: Path) -> None:
    app = AdvisorApp(empty(tmp_path))
    said: list[str] = []
    app.say = lambda words, do="", fault=False: said.append(words)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)):
        hits = [hit async for hit in Commands(app.screen).discover()]
        run = next(hit.command for hit in hits if hit.text == "Write a mended copy of the data")
        app.call_later(run)
        await until(lambda: said == ["That cannot be done now"])
        assert app.current_mode == "data"


async def test_a_window_that_is_too_small_says_so(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(59, 15)) as pilot:
        await pilot.pause()
        assert "too small" in "\n".join(screen_lines(app))
        await pilot.resize_terminal(80, 24)
        await until(lambda: "too small" not in "\n".join(screen_lines(app)))


async def test_q_leaves_with_code_zero(tmp_path: Path) -> None:
    case = empty(tmp_path)
    app = AdvisorApp(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await until(lambda: app.return_code == 0)
