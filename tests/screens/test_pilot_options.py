"""The options of the pilot are changed on its screen, and a wrong one is refused."""

from pathlib import Path

from screens.app import AdvisorApp
from tests.screens.sample_case import filled


async def test_options_are_typed_checked_and_taken_back(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5")
        app.screen.rows.go_to("option-Send alarms to")  # type: ignore[attr-defined]
        await pilot.press("enter", *"http://example.com", "enter")
        assert app.screen.id != "_default" and app.case.options.alert is None
        typed = app.screen.query_one("#typed")
        typed.value = "http://localhost:8080/alarms"  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.pause()
        assert app.case.options.alert == "http://localhost:8080/alarms"
        assert app.case.pilot is not None
        app.screen.rows.go_to("option-Send alarms to")  # type: ignore[attr-defined]
        await pilot.press("enter")
        app.screen.query_one("#typed").value = ""  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.pause()
        assert app.case.options.alert is None
