"""Step 2: the data set: findings with their rows, columns, lengths, and the cleaning of a copy."""

from asyncio import to_thread
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from advisor.case import Case
from advisor.errors import BadData
from advisor.rows.column_names import column_names
from advisor.rows.found_lines import read_lines
from advisor.standing import findings_of
from heuristics.facts.data import Columns
from screens.dialogs.confirm import Confirm
from screens.dialogs.file_picker import FilePicker
from screens.dialogs.mapping import Mapping
from screens.rows.bias import bias_section
from screens.rows.cleaning import COPY, FIX, cleaning_sections, copy_question
from screens.rows.data import data_sections
from screens.rows.quality import quality_section
from screens.rows.section import Row, Section, finding_rows, told
from screens.state.live import Live
from screens.step_screen import StepScreen
from screens.widgets.row_list import RowList

_FINDING = "finding-"


class DataScreen(StepScreen):
    """The profile of the data, the choice of the file, and its cleaning."""

    STEP = "data"
    ABOUT = (
        "Reads every row, finds the format, and counts tokens with the tokenizer.\nThe file is never changed."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "choose", "open", tooltip="Choose the data file", id="data-open"),
        Binding("b", "browse", "rows", tooltip="Browse the rows of this finding", id="data-browse"),
        Binding("c", "clean", "clean", tooltip="Write a mended copy of the data", id="data-clean"),
        Binding(
            "v",
            "app.begin('preview')",
            "preview",
            show=False,
            tooltip="Count what each fix would do",
            id="data-preview",
        ),
        Binding("m", "map", "columns", show=False, tooltip="Say which column is what", id="data-map"),
        Binding("a", "add", "add", show=False, tooltip="Add a further file to the data", id="data-add"),
        Binding("t", "choose_test", "test", show=False, tooltip="Choose your own test rows", id="data-test"),
        Binding(
            "r",
            "app.begin('profile', True)",
            "profile",
            show=False,
            tooltip="Read every row again, also when its profile is known",
            id="profile",
        ),
    ]

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """Findings first, then what can be mended, then what was counted."""
        if case.data is None:
            return (Section("Data", (_chosen(case, live),)),)
        findings = finding_rows(findings_of(case, "data"))
        return (
            Section(f"{findings.title}  (b shows the rows of one)", findings.rows),
            *cleaning_sections(case, case.data),
            quality_section(case.data),
            bias_section(case.data),
            *data_sections(case, case.data),
        )

    def place_after(self, live: Live, sections: tuple[Section, ...]) -> str:
        """The first fix, once the rows of all are counted."""
        # The events are imported after the first paint.
        from advisor.events import Done

        if live.job != "preview" or not isinstance(live.ended, Done):
            return ""
        ids = (row.id for section in sections for row in section.rows)
        return next((each for each in ids if each.startswith(FIX)), "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rows are browsed where a finding has some; a copy is made of a file that was read to its end."""
        if action == "clean":
            return self.studio.case.data is not None and self.studio.running_step is None
        if action == "browse":
            return _check_of(self.rows.row) is not None if self.is_mounted else None
        return super().check_action(action, parameters)

    @work
    async def action_choose(self) -> None:
        """Ask for the data file and profile it."""
        path = await self._ask("Which file holds your data?", self.studio.case.data_path)
        if path is not None:
            self.studio.open_data(path)

    @work
    async def action_add(self) -> None:
        """Ask for a further file whose rows follow; without data it is the first."""
        before = self.studio.case.data_path
        path = await self._ask("Which file holds more rows of the same kind?", before)
        if path is not None and before is None:
            self.studio.open_data(path)
        elif path is not None:
            self.studio.add_data(path)

    @work
    async def action_choose_test(self) -> None:
        """Ask for the user's own test rows."""
        path = await self._ask("Which file holds your own test rows?", self.studio.case.eval_path)
        if path is not None:
            self.studio.open_test(path)

    @work
    async def action_browse(self) -> None:
        """Show the rows of the finding under the cursor."""
        case, row = self.studio.case, self.rows.row
        check = _check_of(row)
        if row is not None and check is not None:
            await self.browse(row, lambda: _lines_of(case, check))

    @work
    async def action_map(self) -> None:
        """Ask which column is what, and read the data again that way."""
        case = self.studio.case
        if case.data_path is None or not self.studio.may_write():
            return
        try:
            names = await to_thread(column_names, Path(case.data_path))
        except BadData as error:
            self.studio.say(error.message, error.do)
            return
        if not names:
            self.studio.say("This file has no columns: its rows are plain text")
            return
        known = case.columns or (case.data.format.columns if case.data is not None else Columns())
        columns = await self.app.push_screen_wait(Mapping(names, known))
        if columns is not None:
            self.studio.map_columns(columns)

    @work
    async def action_clean(self) -> None:
        """Count first what the fixes would do; then write the copy."""
        case = self.studio.case
        if case.data is None:
            return
        seen = case.cleaning_seen
        if seen is not None and seen.source == case.data_path and seen.sha256 != case.data.sha256:
            self.studio.say("The file is not the one that was profiled", "Press r to read it again")
            return
        if seen is None or seen.sha256 != case.data.sha256:
            self.studio.say("Counting what each fix would do first", "c again writes the copy")
            self.studio.begin("preview")
            return
        if await self.app.push_screen_wait(Confirm(copy_question(case, case.data))):
            self.studio.begin("clean")

    async def change(self, event: RowList.Opened) -> None:
        """A tick is turned at once, the copy is taken after a question, all else is asked for."""
        assert event.row.field is not None
        case = self.studio.case
        if event.row.id.startswith(FIX):
            self.studio.decide(event.row.field.apply(case, ""))
        elif event.row.id == COPY:
            self.studio.use_copy()
        else:
            await super().change(event)

    async def _ask(self, question: str, before: str | None) -> Path | None:
        if not self.studio.may_write():
            return None
        start = Path(before).parent if before else Path.cwd()
        return await self.app.push_screen_wait(FilePicker(question, start if start.is_dir() else Path.cwd()))


def _check_of(row: Row | None) -> str | None:
    """The check whose rows a row of the list stands for, None when it stands for none."""
    if row is None or not row.browsable:
        return None
    return row.id.partition("-data.")[2] or None


def _lines_of(case: Case, check: str) -> Sequence[int]:
    """Lines of all rows that a check found; the few examples when its run kept no more."""
    kept = read_lines(case.runs / case.data_run, check) if case.data_run else None
    if kept is not None and len(kept):
        return kept
    if case.data is None:
        return ()
    if check == "malformed":
        return tuple(each.line for each in case.data.malformed_rows)
    result = case.data.check(check)
    return tuple(sorted(result.rows)) if result is not None else ()


def _chosen(case: Case, live: Live | None) -> Row:
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
    reading = live is not None and live.running and live.job == "profile"
    return Row(
        "chosen",
        case.data_path,
        f"and {len(case.data_more):,} more" if case.data_more else "",
        detail=told(
            *case.data_files,
            "It is being read" if reading else "Chosen, not read yet: press r",
            "m says which column is what",
        ),
    )
