"""The clean job: a mended copy of a data set with a log of every change, or a preview of one."""

import hashlib
from pathlib import Path

from advisor.cleaning_file import CHANGES_FILE, PLAN_FILE, cleaning_toml
from advisor.errors import AdvisorError, BadData
from advisor.events import CleaningFound, FileWritten, Note
from advisor.fixes import checked_names
from advisor.specs import CleanTask, JobSpec
from advisor.text import one_line
from advisor.work.clean.changes import ChangeLog
from advisor.work.clean.chosen import Chosen, asked_names, chosen
from advisor.work.clean.context import ContextRule
from advisor.work.clean.copying import Copied, Copyist
from advisor.work.clean.judging import judge
from advisor.work.clean.preview import preview
from advisor.work.clean.reading import SourceFile, head_of, source_of
from advisor.work.clean.records import BY_LINE
from advisor.work.clean.writing import NewFiles, check_space
from advisor.work.data.delimited import Dialect, delimited_rows
from advisor.work.data.rows import OpenedRows, open_rows
from advisor.work.emit import Emitter
from heuristics.facts.cleaning import CleaningFacts, FixOutcome

STATE_FOLDER = "clean-state"
"""Folder of the run that holds what is remembered of each row while all are compared."""
_LOG_SHARE = 1.0
"""Room for the log, as a share of the source: each changed row writes about what it holds."""


class WrongCount(AdvisorError):
    """The copy does not hold the rows that it should: it is not kept."""


def clean(spec: JobSpec, emitter: Emitter) -> None:
    """Preview or clean; raises BadData for what cannot be cleaned and NoSpace for a full disk."""
    task = spec.task
    assert isinstance(task, CleanTask)
    source = source_of(task.data)
    if task.preview:
        emitter.emit(
            CleaningFound(facts=preview(task, source, sha256_of(source), spec.folder / STATE_FOLDER, emitter))
        )
        return
    names = checked_names(asked_names(task))
    target = (task.target or Path()).absolute()
    target.mkdir(parents=True, exist_ok=True)
    name = copy_name(source)
    _keep_the_source(source, target / name)
    check_space(target, int(source.size * (1 + _LOG_SHARE)))
    facts = _copied(task, chosen(task, source, names, emitter), target, spec.folder / STATE_FOLDER, emitter)
    for path, role, rows in (
        (facts.path, "cleaned", facts.rows_out),
        (facts.changes, "changes", facts.changed + facts.removed),
        (facts.plan, "cleaning", None),
    ):
        emitter.emit(FileWritten(path=str(path), rows=rows, role=role))
    if facts.note:
        emitter.emit(Note(text=facts.note))
    emitter.emit(CleaningFound(facts=facts))


def copy_name(source: SourceFile) -> str:
    """Name of the copy: that of the source with “.cleaned” before its ending."""
    bare = source.path.name.removesuffix(".gz").removesuffix(".xz").removesuffix(".bz2").removesuffix(".zst")
    stem = Path(bare).stem.removesuffix(".cleaned") or "data"
    ending = Path(bare).suffix if source.format.container in BY_LINE else ".jsonl"
    return f"{stem}.cleaned{ending or '.jsonl'}"


def sha256_of(source: SourceFile) -> str:
    """Hash of the source as it lies on the disk."""
    with source.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copied(task: CleanTask, fixes: Chosen, target: Path, state: Path, emitter: Emitter) -> CleaningFacts:
    source = fixes.source
    context = ContextRule(task) if "over_context" in fixes.names else None
    verdicts = judge(fixes, task.cleaning, context, state, emitter)
    digest = sha256_of(source)
    name = copy_name(source)
    with open_rows(source.path) as opened:
        dialect = opened.dialect if isinstance(opened, OpenedRows) else None
    with NewFiles(target) as files:
        plan = files.create(PLAN_FILE)
        plan.write(
            cleaning_toml(task.cleaning, fixes.names, source.path.name, digest, task.data.columns).encode()
        )
        log = ChangeLog(files.create(CHANGES_FILE))
        copy = files.create(name)
        done = Copyist(fixes, dialect, copy, log).run(head_of(source), verdicts, emitter)
        source.check_unchanged()
        _check_count(files.temporary(name), dialect, verdicts.rows, done, log)
        files.publish()
    return CleaningFacts(
        source=one_line(str(source.path), 4000),
        sha256=digest,
        rows_in=done.rows,
        rows_out=done.written,
        changed=log.changed,
        removed=log.removed,
        outcomes=outcomes_of(fixes.names, done),
        path=str(target / name),
        changes=str(target / CHANGES_FILE),
        plan=str(target / PLAN_FILE),
        note=_note(source, done.formulas),
    )


def outcomes_of(names: tuple[str, ...], done: Copied) -> tuple[FixOutcome, ...]:
    """What each fix did, in the order of application."""
    return tuple(FixOutcome(name, done.by_fix[name], tuple(done.examples.get(name, ()))) for name in names)


def _check_count(path: Path, dialect: Dialect | None, judged: int, done: Copied, log: ChangeLog) -> None:
    """Read the copy back: its rows must be the rows of the source without those that the log names."""
    with path.open("rb") as file:
        rows = delimited_rows(file, dialect) if dialect is not None else filter(bytes.strip, file)
        written = sum(1 for _ in rows)
    if judged != done.rows or written != done.rows - log.removed or written != done.written:
        raise WrongCount(
            f"The copy would hold {written:,} rows, not {done.rows:,} less {log.removed:,}; it was not kept",
            "Please report this with the file's first lines.",
        )


def _keep_the_source(source: SourceFile, copy: Path) -> None:
    if copy.exists() and copy.samefile(source.path):
        raise BadData("The copy would replace its own source", "Choose another folder with --out.")


def _note(source: SourceFile, formulas: int) -> str:
    said = []
    if source.format.container not in BY_LINE:
        said.append(f"The rows of a {source.format.container} file were written as JSON Lines")
    if source.format.encoding.lower() not in ("utf-8", "utf8", "ascii"):
        said.append(f"the copy is UTF-8, the source {source.format.encoding}")
    if formulas:
        cells = "1 row has a cell" if formulas == 1 else f"{formulas:,} rows have cells"
        said.append(f"{cells} that a spreadsheet would run as a formula, such as “=…” or “@…”")
    return "; ".join(said)
