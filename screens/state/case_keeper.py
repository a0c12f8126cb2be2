"""The case in the application's hands: changed by the user, settled, saved, exchanged for another.

What a case is made of is imported inside the functions that need it, after the first paint.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from advisor.errors import AdvisorError
from advisor.text import one_line
from screens.dialogs.confirm import Confirm
from screens.studio import Studio

if TYPE_CHECKING:
    from advisor.case import Case
    from heuristics.facts.data import Columns
    from screens.state.desk import Desk


class CaseKeeper(Studio):
    """Every change of the case goes through here."""

    def __init__(self, case: "Case | None" = None, desk: "Desk | None" = None) -> None:
        super().__init__()
        self._desk = desk
        self._before: list[Case] = []
        """The case before each change since the last job, oldest first."""
        if case is not None:
            self.take(case)

    @property
    def desk(self) -> "Desk":
        """Where the open case lies."""
        if self._desk is None:
            from screens.state.desk import Desk

            self._desk = Desk()
        return self._desk

    def take(self, case: "Case") -> None:
        """Make this the case before any step is shown."""
        self.set_reactive(Studio.case, case)
        self.set_reactive(Studio.export_folder, case.folder / "export")

    def may_write(self) -> bool:
        """True when no job would be contradicted by a change."""
        if self.running_step == "pilot":
            self.say("The pilot is running with these settings", "Stop it with s first, or wait")
            return False
        return True

    def decide(self, case: "Case") -> None:
        """Take a case that the user changed."""
        self._decide(case)

    @work
    async def _decide(self, case: "Case") -> None:
        from screens.state.changes import loses_evidence, without_stale

        before = self.case
        question = "The pilot was run with other settings; its evidence will be dropped. Change it anyway?"
        if loses_evidence(before, case) and not await self.push_screen_wait(Confirm(question)):
            return
        self._before.append(before)
        self.case = without_stale(before, case)
        await self.settle()
        self.refresh_bindings()

    @property
    def can_undo(self) -> bool:
        """True when a change was made since the last job."""
        return bool(self._before)

    @work
    async def action_undo(self) -> None:
        """Take back the last change, with the evidence that it had dropped."""
        if not self._before or not self.may_write():
            return
        self.case = self._before.pop()
        await self.settle()
        self.say("The last change is taken back")
        self.refresh_bindings()

    def action_confirm_goal(self) -> None:
        """Take all answers about the goal as they stand."""
        self.decide(self.case.but(goal_confirmed=True))

    def open_data(self, path: Path) -> None:
        """Make another data file the one under study, and profile it."""
        from screens.state.changes import without_stale

        changed = self.case.but(data_path=str(path), data_more=(), columns=None, goal_confirmed=False)
        self.case = without_stale(self.case, changed)
        self.begin("profile")

    def add_data(self, path: Path) -> None:
        """Read the rows of a further file after those of the case's data, and profile them together."""
        from screens.state.changes import without_stale

        case = self.case
        if str(path) in (case.data_path, *case.data_more):
            self.say(f"{one_line(path.name, 60)} is read already")
            return
        changed = case.but(data_more=(*case.data_more, str(path)), goal_confirmed=False)
        self.case = without_stale(case, changed)
        self.begin("profile")

    def map_columns(self, columns: "Columns") -> None:
        """Say which column is what, and profile the data again."""
        from screens.state.changes import without_stale

        self.case = without_stale(self.case, self.case.but(columns=columns, goal_confirmed=False))
        self.begin("profile")

    def use_copy(self) -> None:
        """Make the newest cleaned copy the data of the case, after asking."""
        self._use_copy()

    @work
    async def _use_copy(self) -> None:
        from screens.state.changes import without_stale

        done = self.case.cleaned
        if done is None or done.path is None or self.case.data_path == done.path or not self.may_write():
            return
        question = (
            f"Use the cleaned copy from now on? {done.rows_in:,} rows become {done.rows_out:,}: "
            f"{done.removed:,} are left out, {done.changed:,} are mended."
        )
        if not await self.push_screen_wait(Confirm(question)):
            return
        self.case = without_stale(self.case, self.case.but(data_path=done.path, data_more=()))
        self.begin("profile")

    def open_test(self, path: Path) -> None:
        """Use the user's own test rows."""
        from screens.state.changes import without_stale

        self.case = without_stale(self.case, self.case.but(eval_path=str(path)))
        self.begin("profile")

    def open_case(self, folder: Path) -> None:
        """Put this case away and open another."""
        from advisor.cli.asked import Asked

        if self.running_step:
            self.say("A job is running", "Stop it with s first, or wait")
            return
        try:
            self.case = self.desk.open(Asked("verdict", case=folder))
        except AdvisorError as error:
            self.say(error.message, error.do, fault=True)
            return
        self.live = None
        self.forget_changes()
        self.export_folder = self.case.folder / "export"
        self.tell_lost()

    @work
    async def action_open_other(self) -> None:
        """Ask for the folder of another case and open it."""
        from screens.dialogs.file_picker import CasePicker

        start = self.case.folder.parent
        folder = await self.push_screen_wait(
            CasePicker("Which case?", start if start.is_dir() else Path.cwd())
        )
        if folder is not None:
            self.open_case(folder)

    def tell_lost(self) -> None:
        """Say what damage has taken from the case that was opened."""
        if self.case.lost:
            words = one_line(". ".join(self.case.lost), 400)
            self.notify(words, severity="warning", markup=False, timeout=30)

    def forget_changes(self) -> None:
        """From here on the case cannot go back: a job is about to add to it, or it is another case."""
        self._before.clear()
        self.refresh_bindings()

    @work
    async def action_duplicate(self) -> None:
        """Go on with a copy of this case; the case itself stays as it is."""
        if self.running_step:
            self.say("A job is running", "Stop it with s first, or wait")
            return
        self.save()
        from advisor import cases

        try:
            copy = await asyncio.to_thread(cases.duplicate, self.case)
        except (AdvisorError, OSError) as error:
            self.say(f"The case could not be copied: {one_line(str(error))}", "Look at the disk.", fault=True)
            return
        self.open_case(copy.folder)
        self.say("This is the copy now", str(copy.folder))

    async def settle(self) -> None:
        """Work out what follows from the case beside the terminal, then save it."""
        from advisor.journey import settle

        while True:
            before = self.case
            try:
                after = await asyncio.to_thread(settle, before)
            except AdvisorError as error:
                self.say(error.message, error.do, fault=True)
                break
            if self.case is before:
                self.case = after
                break
        self.save()

    def save(self) -> None:
        """Write the case file; a full disk is told, never fatal."""
        from advisor.case import save

        try:
            save(self.case)
        except AdvisorError as error:
            self.say(error.message, error.do, fault=True)
        except OSError as error:
            self.say(f"The case could not be saved: {error.strerror}", "Look at the disk.", fault=True)

    def say(self, words: str, do: str = "", fault: bool = False) -> None:
        """One line for a person, gone after a moment."""
        text = one_line(f"{words}. {do}" if do else words, 400)
        self.notify(text, severity="error" if fault else "information", markup=False)
