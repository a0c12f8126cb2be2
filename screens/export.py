"""Step 7: the files for trainers, each with a preview, and what to run next."""

from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from advisor.case import Case
from advisor.errors import AdvisorError, BadInput
from advisor.export.all import preview, targets
from advisor.export.target import TextFile
from advisor.journey import findings_of
from screens.edit import Edit
from screens.live import Live
from screens.rows import Field, Row, Section, finding_rows, told
from screens.step_screen import StepScreen
from screens.widgets.row_list import RowList
from screens.words import heading, labelled, lines, muted


class ExportScreen(StepScreen):
    """What would be written, where, and what to do with it."""

    STEP = "export"
    ABOUT = "Writes the recipe and the converted rows for trainers.\nOlder files are kept under a new name."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "app.begin('export')", "write", tooltip="Write all files", id="export-write"),
    ]

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """Folder, files with preview, targets, what was written."""
        folder = self.studio.export_folder
        try:
            files = preview(case, folder)
        except AdvisorError as error:
            missing = Row("missing", error.message, detail=told(error.message, error.do))
            return (Section("Export", (missing,)),)
        return (
            Section("Where", (_folder(folder),)),
            Section("What to run next", _runs(case)),
            Section("Files", tuple(_file(each) for each in files)),
            Section("Converted rows", tuple(_rows(name) for name in ("train", "validation", "test"))),
            Section("Written", tuple(_written(number, each) for number, each in enumerate(case.exported))),
            finding_rows(findings_of(case, "export")),
        )

    async def change(self, event: RowList.Opened) -> None:
        """The folder belongs to this screen, not to the case."""
        assert event.row.field is not None
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


def _runs(case: Case) -> tuple[Row, ...]:
    steps = case.verdict.next_steps if case.verdict is not None else ()
    rows = [
        Row(
            f"run-{target.name}",
            target.name,
            " ".join(target.run),
            target.title,
            detail=told(
                heading(target.title),
                labelled("Run, in the folder", " ".join(target.run)),
                labelled("Needs", ", ".join(target.packages)) if target.packages else "",
                lines(steps),
            ),
        )
        for target in targets()
        if target.run
    ]
    return tuple(rows)


def _written(number: int, path: str) -> Row:
    return Row(f"written-{number}", path, detail=told("Written:", path))
