"""The dialogue that chooses a data file: type a path, or walk the folders."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import DirectoryTree, Input
from textual.widgets.directory_tree import DirEntry
from textual.widgets.tree import TreeNode

from advisor.case import CASE_FILE
from advisor.models.hub_cache import on_hub
from advisor.text import one_line, plain
from screens.widgets.marked_list import marked
from screens.widgets.plain_text import PlainText
from screens.words import muted


class SafeTree(DirectoryTree):
    """Folders and files; hidden ones are left out, names cannot drive the terminal."""

    ICON_NODE = "+ "
    ICON_NODE_EXPANDED = "- "
    ICON_FILE = "  "

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Everything but hidden entries."""
        return [path for path in paths if not path.name.startswith(".")]

    def render_label(self, node: TreeNode[DirEntry], base_style: Style, style: Style) -> Text:
        """The name on one line, control characters replaced."""
        label = super().render_label(node, base_style, style)
        label.plain = plain(label.plain).replace("\n", " ").replace("\t", " ")
        return label

    def render_line(self, y: int) -> Strip:
        """Mark the line under the cursor with a sign, not by colour alone."""
        strip = super().render_line(y)
        return marked(strip) if self.has_focus and self.scroll_offset.y + y == self.cursor_line else strip


class FilePicker(ModalScreen[Path | None]):
    """Dismisses a file or a folder that exists, the name of a data set on the Hub, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "leave", tooltip="Choose nothing", id="picker-leave"),
    ]

    HINT = "a file, a folder, or hf:owner/name on the Hub"
    INSIDE = "choose a file in it, or enter again for all of it"

    def __init__(self, title: str, start: Path) -> None:
        super().__init__()
        self._title, self._start = title, start
        self._offered: Path | None = None
        """A folder that the next enter takes whole."""

    def compose(self) -> ComposeResult:
        """A line for a path above the tree."""
        with VerticalGroup(classes="dialogue tall"):
            yield PlainText(Content.styled(self._title, "bold $text-primary"))
            yield Input(placeholder=self.HINT, compact=True, id="path")
            yield PlainText(id="fault")
            yield SafeTree(self._start, id="tree")
            yield PlainText(muted("enter takes it   tab goes to the folders   escape leaves"))

    def taken(self, path: Path) -> Path | None:
        """What is dismissed for a path, None when it cannot be taken."""
        if on_hub(path):
            return path
        return path.absolute() if path.is_file() or (path.is_dir() and path == self._offered) else None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the typed path when it is a file; open it in the tree when it is a folder."""
        path = Path(event.value.strip()).expanduser()
        shown = one_line(event.value, 80)
        try:
            if (taken := self.taken(path)) is not None:
                self.dismiss(taken)
            elif path.is_dir():
                self._offered = self.query_one("#tree", SafeTree).path = path
                self._say(f"{shown} is a folder: {self.INSIDE}")
            else:
                self._say(f"There is no file {shown}" if shown else "Type a path first")
        except (OSError, ValueError):
            self._say(f"{shown} cannot be a path")

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        """Take the file under the cursor."""
        if (taken := self.taken(event.path)) is not None:
            self.dismiss(taken)
        else:
            self._say(f"{one_line(event.path.name, 60)} cannot be taken: {self.INSIDE}")

    def _say(self, words: str) -> None:
        self.query_one("#fault", PlainText).show(Content.styled(words, "$text-error"))


class CasePicker(FilePicker):
    """Dismisses the folder of a case that exists, or None."""

    HINT = "folder of a case"
    INSIDE = f"choose {CASE_FILE} in a case"

    def taken(self, path: Path) -> Path | None:
        """The folder of a case, also for its case file."""
        folder = path.parent if path.name == CASE_FILE else path
        return folder.absolute() if (folder / CASE_FILE).is_file() else None
