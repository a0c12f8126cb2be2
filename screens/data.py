"""Step 2: the data set: format, counts, lengths, findings with example rows."""

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from advisor.case import Case
from advisor.journey import findings_of
from screens.data_rows import data_sections
from screens.file_picker import FilePicker
from screens.live import Live
from screens.rows import Row, Section, finding_rows, told
from screens.step_screen import StepScreen


class DataScreen(StepScreen):
    """The profile of the data, and the choice of the file."""

    STEP = "data"
    ABOUT = (
        "Reads every row, finds the format, and counts tokens with the tokenizer.\nThe file is never changed."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "choose", "open", tooltip="Choose the data file", id="data-open"),
        Binding("t", "choose_test", "test", tooltip="Choose your own test rows", id="data-test"),
        Binding("r", "app.begin('profile')", "profile", tooltip="Read the data again", id="profile"),
    ]

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """Findings first, then what was counted."""
        if case.data is None:
            return (Section("Data", (_chosen(case),)),)
        return (finding_rows(findings_of(case, "data")), *data_sections(case, case.data))

    @work
    async def action_choose(self) -> None:
        """Ask for the data file and profile it."""
        path = await self._ask("Which file holds your data?", self.studio.case.data_path)
        if path is not None:
            self.studio.open_data(path)

    @work
    async def action_choose_test(self) -> None:
        """Ask for the user's own test rows."""
        path = await self._ask("Which file holds your own test rows?", self.studio.case.eval_path)
        if path is not None:
            self.studio.open_test(path)

    async def _ask(self, question: str, before: str | None) -> Path | None:
        if not self.studio.may_write():
            return None
        start = Path(before).parent if before else Path.cwd()
        return await self.app.push_screen_wait(FilePicker(question, start if start.is_dir() else Path.cwd()))


def _chosen(case: Case) -> Row:
    if case.data_path is None:
        return Row(
            "no-data",
            "no file chosen yet: press o",
            detail=told(
                "JSONL, JSON, CSV or plain text; one training example per row.",
                "Known formats: messages, ShareGPT, Alpaca, prompt and completion, question and answer, text "
                "with a label, plain text. Columns are found by themselves and can be changed.",
            ),
        )
    return Row("chosen", case.data_path, detail=told(case.data_path, "Chosen, not read yet: press r"))
