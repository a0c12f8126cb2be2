"""From one case to another."""

from pathlib import Path

from advisor import cases
from advisor.case import new_case, save
from screens.app import AdvisorApp
from screens.commands import Commands
from screens.dialogs.file_picker import CasePicker
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import empty


def kept(folder: Path) -> Path:
    save(new_case(folder, folder.name))
    return folder


async def test_another_case_is_opened_by_its_folder(tmp_path: Path) -> None:
    other = kept(tmp_path / "other")
    app = AdvisorApp(empty(kept(tmp_path / "first")))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.run_action("open_other")
        await pilot.pause()
        assert isinstance(app.screen, CasePicker)
        await pilot.press(*str(tmp_path), "enter")
        assert "choose case.toml in a case" in "\n".join(screen_lines(app))
        app.screen.query_one("#path").value = str(other)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: app.case.folder == other)
    assert app.case.folder == other


async def test_recent_cases_are_also_those_kept_elsewhere(tmp_path: Path) -> None:
    other = kept(tmp_path / "study")
    cases.remember(other)
    cases.remember(tmp_path / "gone")
    app = AdvisorApp(empty(kept(tmp_path / "first")))
    async with app.run_test(size=(80, 24)):
        offered = {hit.text: hit.command async for hit in Commands(app.screen).discover()}
        assert "Open case: gone" not in offered
        offered["Open case: study"]()
        await until(lambda: app.case.folder == other)


def test_cases_of_the_home_folder_are_not_listed_twice(tmp_path: Path) -> None:
    cases.remember(kept(cases.cases_home() / "here"))
    assert [each.folder.name for each in cases.visited()] == ["here"]
    assert not (cases.cases_home().parent / "cases-elsewhere.txt").exists()
