"""The open case and its lock: one writer at a time."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from advisor import cases
from advisor.case import Case, load
from advisor.cli.asked import DEMO_MINUTES, Asked
from advisor.cli.opening import opened
from advisor.errors import AdvisorError
from advisor.models.hub_cache import on_hub


class Desk:
    """Opens one case after the other; each is locked while it lies here."""

    def __init__(self) -> None:
        self._held = ExitStack()

    def open(self, asked: Asked) -> Case:
        """The case that was asked for; raises AdvisorError and keeps the one before when it cannot."""
        stack = ExitStack()
        try:
            case = stack.enter_context(opened(_found(asked)))
        except BaseException:
            stack.close()
            raise
        self._held.close()
        self._held = stack
        return case

    def open_demo(self) -> Case:
        """A new case on the bundled data and model."""
        from advisor.catalog import demo_folder

        with ExitStack() as stack:
            folder = stack.enter_context(demo_folder())
            case = self.open(Asked("demo", file=folder / "triage.jsonl", model=str(folder / "model")))
            self._held.push(stack.pop_all())
        return case.but(goal=replace(case.goal, pilot_minutes=DEMO_MINUTES))

    def close(self) -> None:
        """Give the case back."""
        self._held.close()


def _found(asked: Asked) -> Asked:
    """The same wish with the folder of the case it means: the newest on that file, or the newest of all."""
    if asked.case is not None:
        return asked if asked.file is not None else replace(asked, command="probe")
    if asked.command == "demo":
        return asked
    if asked.file is not None:
        return replace(asked, case=_about(asked))
    recent = cases.recent(1)
    return replace(asked, command="probe", case=recent[0].folder if recent else cases.cases_home() / "first")


def _about(asked: Asked) -> Path | None:
    named = [each for each in (asked.file, *asked.more) if each is not None]
    wanted = tuple(str(each if on_hub(each) else each.absolute()) for each in named)
    for each in cases.recent():
        try:
            case = load(each.folder)
            if case.data_files == wanted:
                return each.folder
        except AdvisorError:
            continue
    return None
