"""Step 7: the files for trainers, each with a preview, and what to run next."""

from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from advisor.case import Case
from advisor.errors import AdvisorError, BadInput
from advisor.export.all import chosen, preview, targets
from advisor.export.target import Target, TextFile
from advisor.export.tune import tune_of
from advisor.standing import findings_of
from screens.dialogs.edit import Edit
from screens.rows.section import Field, Row, Section, finding_rows, told
from screens.state.live import Live
from screens.step_screen import StepScreen
from screens.widgets.row_list import RowList
from screens.words import heading, labelled, lines, muted

_TARGET = "target-"


class ExportScreen(StepScreen):
    """What would be written, where, and what to do with it."""

    STEP = "export"
    ABOUT = "Writes the full run's recipe and your rows for the ticked tools.\nOlder files are kept renamed."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "app.begin('export')", "write", tooltip="Write the ticked files", id="export-write"),
    ]

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """Folder, files with preview, targets, what was written; made anew only when one of these changed."""
        key = (self.studio.export_folder, self._ticked())
        if self._made is None or self._made[0] is not case or self._made[1] != key:
            self._made = (case, key, self._sections(case))
        return self._made[2]

    def _sections(self, case: Case) -> tuple[Section, ...]:
        folder = self.studio.export_folder
        try:
            files = preview(case, folder, self._ticked())
        except AdvisorError as error:
            # What a command would do about it is done by keys here.
            do = error.do if case.plan is not None else "ctrl+n does the next thing that a plan needs."
            missing = Row("missing", error.message, detail=told(error.message, do))
            return (Section("Export", (missing,)),)
        return (
            Section("Where", (_folder(folder),)),
            Section("For which tools (enter ticks)", self._targets(case)),
            Section("Files", tuple(_file(each) for each in files)),
            Section("Converted rows", tuple(_rows(name) for name in ("train", "validation", "test"))),
            Section("Written", tuple(_written(number, each) for number, each in enumerate(case.exported))),
            finding_rows(findings_of(case, "export")),
        )

    _made: tuple[Case, tuple[Path, tuple[str, ...]], tuple[Section, ...]] | None = None
    """The sections as they were made last, and of what: every file is written to be shown."""

    def _ticked(self) -> tuple[str, ...]:
        return tuple(each.name for each in targets() if each.name not in self.studio.export_left_out)

    def _targets(self, case: Case) -> tuple[Row, ...]:
        ticked = {each.name for each in chosen(self._ticked())}
        return tuple(_target(case, each, each.name in ticked) for each in targets())

    async def change(self, event: RowList.Opened) -> None:
        """Folder and ticks belong to this screen, not to the case."""
        assert event.row.field is not None
        if event.row.id.startswith(_TARGET):
            left_out = self.studio.export_left_out ^ {event.row.id.removeprefix(_TARGET)}
            # Something is always written: with nothing ticked there would be no next command.
            if len(left_out) < len(targets()):
                self.studio.export_left_out = left_out
            self.show()
            return
        chosen: list[Path] = []

        def take(case: Case, text: str) -> Case:
            if not text.strip():
                raise BadInput("No folder is named", "Type a path")
            chosen.append(Path(text.strip()).expanduser().absolute())
            return case

        field = Field(event.row.field.title, event.row.field.why, event.row.field.current, take)
        if await self.app.push_screen_wait(Edit(self.studio.case, field)) is not None:
            self.studio.export_folder = chosen[-1]
            self.show()


def _folder(folder: Path) -> Row:
    why = "Files of the same name that differ are kept under a new name."
    field = Field("Folder", why, str(folder), lambda case, _: case)
    return Row(
        "folder",
        "Folder",
        str(folder),
        detail=told(heading("Folder"), str(folder), why, muted("enter changes it")),
        field=field,
    )


def _file(file: TextFile) -> Row:
    size = f"{len(file.text.splitlines()):,} lines"
    return Row(f"file-{file.path}", file.path, size, detail=told(heading(file.path), file.text))


def _rows(name: str) -> Row:
    words = f"Your {name} rows, converted to the form that the recipe names."
    return Row(f"rows-{name}", f"data/{name}.jsonl", words, detail=told(heading(f"data/{name}.jsonl"), words))


def _target(case: Case, target: Target, ticked: bool) -> Row:
    tune = tune_of(case)
    run = " ".join((*target.run, *target.options(tune)))
    command = labelled("Run, in the folder", run) if run else ""
    needs = labelled("Needs", ", ".join(target.packages)) if target.packages else ""
    detail = told(heading(target.title), command, needs, lines(target.notes(tune)))
    why = "Written when ticked; what it needs comes with it."
    field = Field(target.name, why, "yes" if ticked else "no", lambda same, _: same)
    mark = "[x]" if ticked else "[ ]"
    return Row(f"{_TARGET}{target.name}", f"{mark} {target.name}", target.title, detail=detail, field=field)


def _written(number: int, path: str) -> Row:
    return Row(f"written-{number}", path, detail=told("Written:", path))
