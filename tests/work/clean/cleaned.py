"""Runs the clean job on small files and reads back what it wrote."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from advisor.events import CleaningFound, parse_event
from advisor.specs import CleanTask, DataChoice, JobSpec
from advisor.work.clean.clean import clean
from advisor.work.emit import Emitter
from heuristics.facts.cleaning import Cleaning, CleaningFacts

EVERYTHING = (
    "mojibake",
    "control_characters",
    "line_ends",
    "entities",
    "html",
    "spaces",
    "secrets",
    "private_data",
    "windows_1252",
    "split_lines",
    "malformed",
    "empty_answers",
    "refusals",
    "placeholders",
    "exact_duplicates",
    "conflicts",
    "near_duplicates",
)
"""All fixes that need nothing but the file."""


@dataclass(frozen=True)
class Cleaned:
    """What one run left behind."""

    facts: CleaningFacts
    copy: bytes
    log: tuple[dict[str, object], ...]

    @property
    def lines(self) -> list[bytes]:
        return self.copy.splitlines(keepends=True)

    @property
    def rows(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.lines]


def clean_file(
    path: Path, fixes: Iterable[str] | None = None, folder: str = "out", **parameters: object
) -> Cleaned:
    """Clean one file with these fixes, by default those that are ticked."""
    names = None if fixes is None else tuple(fixes)
    task = CleanTask(
        data=DataChoice(path=path),
        cleaning=Cleaning(fixes=names, **parameters),  # type: ignore[arg-type]
        target=path.parent / folder,
    )
    facts = _facts_of(task, path.parent)
    assert facts.path is not None
    assert facts.changes is not None
    log = tuple(json.loads(line) for line in Path(facts.changes).read_bytes().splitlines())
    return Cleaned(facts, Path(facts.path).read_bytes(), log)


def preview_file(path: Path, **parameters: object) -> CleaningFacts:
    """What every fix would do alone."""
    cleaning = Cleaning(**parameters)  # type: ignore[arg-type]
    return _facts_of(CleanTask(data=DataChoice(path=path), cleaning=cleaning, preview=True), path.parent)


def _facts_of(task: CleanTask, folder: Path) -> CleaningFacts:
    run = folder / f"run-{len(list(folder.iterdir()))}"
    run.mkdir()
    clean(JobSpec(folder=run, task=task), Emitter(run))
    events = [parse_event(line) for line in (run / "events.jsonl").read_bytes().splitlines()]
    return next(each.facts for each in events if isinstance(each, CleaningFound))
