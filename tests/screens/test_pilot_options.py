"""The options of the pilot are changed on its screen, and a wrong one is refused."""

from pathlib import Path

import pytest

from advisor.errors import BadInput
from advisor.pilot_options import PilotOptions
from advisor.tasks import cleaned_choice
from screens.app import AdvisorApp
from screens.fields.pilot import option_rows
from screens.state.changes import without_stale
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


def test_the_data_file_as_its_own_cleaned_copy_is_refused(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("{}\n")
    case = filled(tmp_path).but(data_path=str(rows))
    field = next(each.field for each in option_rows(case).rows if each.label == "Cleaned rows")
    assert field is not None
    with pytest.raises(BadInput, match="is the data file itself"):
        field.apply(case, str(rows))


def test_a_cleaned_copy_that_becomes_the_data_has_no_run_of_its_own(tmp_path: Path) -> None:
    copy = tmp_path / "mended.jsonl"
    copy.write_text("{}\n")
    before = filled(tmp_path).but(options=PilotOptions(cleaned=str(copy), seeds=4))
    assert cleaned_choice(before) is not None
    after = without_stale(before, before.but(data_path=str(copy)))
    assert after.options == PilotOptions(seeds=4)
    assert cleaned_choice(after) is None
