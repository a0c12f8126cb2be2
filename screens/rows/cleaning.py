"""The cleaning of the data, as rows: a tick for every fix, its examples, its settings, and the copy."""

from collections.abc import Callable
from dataclasses import replace

from textual.content import Content

from advisor import numbers
from advisor.case import Case
from advisor.errors import BadInput
from advisor.fixes import fixes
from advisor.text import one_line
from heuristics.cleaning import Proposal, chosen_fixes, propose, toggled
from heuristics.facts.cleaning import (
    NEAR_SIMILARITY,
    Change,
    CleaningFacts,
    FixOutcome,
    LabelCluster,
    Spelling,
)
from heuristics.facts.data import DataFacts
from heuristics.words import rows
from screens.fields.parsing import real, whole
from screens.rows.section import Field, Row, Section, told
from screens.words import Detail, heading, labelled, lines, muted, paragraphs

COPY = "cleaned-copy"
"""Id of the row whose opening makes the copy the case's data."""
FIX = "fix-"
"""Begin of the ids of rows that are ticked."""
_COUNT = 7


def cleaning_sections(case: Case, data: DataFacts) -> tuple[Section, ...]:
    """The copy when there is one, the fixes, and the settings of the fixes that are ticked."""
    proposals = propose(data, case.cleaning, fixes(), case.cleaning_seen)
    seen = case.cleaning_seen if _about(case.cleaning_seen, data) else None
    return (
        _copy(case),
        Section(
            "Cleaning  (enter ticks, v counts every fix, c mends a copy)",
            tuple(_fix(each, seen) for each in sorted(proposals, key=_nothing_to_do)),
            label_width=40,
        ),
        Section("How to clean", tuple(_settings(case, proposals, seen))),
    )


def copy_question(case: Case, data: DataFacts) -> str:
    """What is asked before a copy is written: it names what the ticked fixes would do."""
    proposals = propose(data, case.cleaning, fixes(), case.cleaning_seen)
    found = [(each.fix.title, each.rows) for each in proposals if each.ticked and each.rows]
    if not found:
        return "No ticked fix finds a row: the copy would say what your file says. Write it all the same?"
    named = "\n".join(f"{count:>{_COUNT},}  {title}" for title, count in found)
    return f"Write a mended copy with the ticked fixes? Your file stays as it is.\n\n{named}"


def with_marks(case: Case, marked: frozenset[str]) -> Case:
    """The case with these rows marked; the fix that drops them is ticked while there are any."""
    chosen = chosen_fixes(case.cleaning, fixes())
    if bool(marked) != ("marked" in chosen):
        chosen = toggled(case.cleaning, "marked", fixes())
    return case.but(cleaning=replace(case.cleaning, fixes=chosen, marked=tuple(sorted(marked))))


def _about(facts: CleaningFacts | None, data: DataFacts) -> bool:
    return facts is not None and facts.sha256 == data.sha256


def _copy(case: Case) -> Section:
    done = case.cleaned
    if done is None or case.data_path not in (done.source, done.path):
        return Section("Cleaned copy", ())
    counts = f"{numbers.count(done.rows_in)} rows in, {numbers.count(done.rows_out)} out"
    in_use = case.data_path == done.path
    detail = told(
        heading("Cleaned copy"),
        lines(
            (
                labelled("Rows", counts),
                labelled("Left out", numbers.count(done.removed)),
                labelled("Changed", numbers.count(done.changed)),
            )
        ),
        lines(f"{each.rows:>{_COUNT},}  {_title_of(each.fix)}" for each in done.outcomes if each.rows),
        lines(
            (
                labelled("Copy", done.path or ""),
                labelled("Changes", done.changes or ""),
                labelled("Plan", done.plan or ""),
            )
        ),
        done.note,
        muted("The case uses the copy." if in_use else "enter makes the copy the data of this case"),
    )
    note = "in use" if in_use else "enter uses it"
    return Section(
        "Cleaned copy", (Row(COPY, counts, note, detail=detail, field=_switch(note)),), label_width=40
    )


def _switch(note: str) -> Field:
    return Field("Cleaned copy", note, "", lambda case, _text: case)


def _title_of(name: str) -> str:
    return next((each.title for each in fixes() if each.name == name), name)


def _nothing_to_do(proposal: Proposal) -> bool:
    return proposal.rows == 0


def _fix(proposal: Proposal, seen: CleaningFacts | None) -> Row:
    fix = proposal.fix
    mark = "[x]" if proposal.ticked else "[ ]"
    count = "not counted" if proposal.rows is None else rows(proposal.rows)
    outcome = seen.outcome(fix.name) if seen is not None else None

    def turn(case: Case, _text: str) -> Case:
        return case.but(cleaning=replace(case.cleaning, fixes=toggled(case.cleaning, fix.name, fixes())))

    return Row(
        f"{FIX}{fix.name}",
        f"{mark} {fix.title}",
        count,
        detail=_explained(proposal, outcome),
        field=Field(fix.title, fix.does, "", turn),
    )


def _explained(proposal: Proposal, outcome: FixOutcome | None) -> Detail:
    fix = proposal.fix
    counted = "not counted yet: v counts it" if proposal.rows is None else numbers.count(proposal.rows)
    examples = outcome.examples if outcome is not None else ()
    return told(
        heading(fix.title),
        labelled("Does", fix.does),
        labelled("Why", fix.why),
        labelled("Rows", counted),
        *(_example(each) for each in examples),
        "" if outcome is not None else muted("v shows rows before and after"),
    )


def _example(change: Change) -> Content:
    written: list[Content | str] = [muted(f"line {change.line:,}")]
    written.append(Content.assemble(("- ", "$text-error"), one_line(change.before)))
    if change.after:
        written.append(Content.assemble(("+ ", "$text-success"), one_line(change.after)))
    return lines(written)


def _settings(case: Case, proposals: tuple[Proposal, ...], seen: CleaningFacts | None) -> list[Row]:
    ticked = {each.fix.name for each in proposals if each.ticked}
    found = []
    if "near_duplicates" in ticked:
        found.append(_setting(*_NEAR, f"{case.cleaning.near_similarity:g}"))
    if "conflicts" in ticked:
        choices = (
            ("drop", "leave out every row of such a prompt"),
            ("majority", "keep the commonest answer"),
        )
        why = "What happens to rows that answer one prompt differently."
        found.append(_setting("Conflicts", why, _conflicts, case.cleaning.conflicts, choices))
    if "over_context" in ticked:
        found.append(_setting(*_CONTEXT, str(case.cleaning.context or "")))
    clusters = seen.clusters if seen is not None and "labels" in ticked else ()
    return found + [_cluster(case, number, each) for number, each in enumerate(clusters)]


def _setting(
    title: str,
    why: str,
    apply: Callable[[Case, str], Case],
    current: str,
    choices: tuple[tuple[str, str], ...] = (),
) -> Row:
    field = Field(title, why, current, apply, choices=choices)
    detail = told(heading(title), why, muted("enter changes it"))
    return Row(f"how-{title}", title, current or "the model's context", detail=detail, field=field)


def _near(case: Case, text: str) -> Case:
    least = real(text, NEAR_SIMILARITY, 1.0)
    return case.but(cleaning=replace(case.cleaning, near_similarity=least))


def _conflicts(case: Case, text: str) -> Case:
    if text == "majority":
        return case.but(cleaning=replace(case.cleaning, conflicts="majority"))
    return case.but(cleaning=replace(case.cleaning, conflicts="drop"))


def _context(case: Case, text: str) -> Case:
    longest = whole(text, 1, 100_000_000, "tokens") if text.strip() else None
    return case.but(cleaning=replace(case.cleaning, context=longest))


_NEAR = (
    "Near copies",
    "From which share of common word runs a row is a near copy of another, up to 1.",
    _near,
)
_CONTEXT = ("Longest row", "In tokens; empty takes the context of the planned model.", _context)


def _cluster(case: Case, number: int, cluster: LabelCluster) -> Row:
    names = [name for name, _ in cluster.spellings]
    known = {(each.field, each.written): each.becomes for each in case.cleaning.spellings}
    chosen = next((known[cluster.field, each] for each in names if (cluster.field, each) in known), "")
    choices = tuple((name, rows(count)) for name, count in cluster.spellings)
    title = f"{cluster.field}: label" if cluster.field else "Label"
    why = f"Written as {', '.join(one_line(each, 30) for each in names)}. Which one is right?"

    def choose(case: Case, text: str) -> Case:
        if text not in names:
            raise BadInput("That is not one of the spellings", "Choose one of them")
        others = tuple(
            each
            for each in case.cleaning.spellings
            if not (each.field == cluster.field and each.written in names)
        )
        new = tuple(Spelling(cluster.field, each, text) for each in names if each != text)
        return case.but(cleaning=replace(case.cleaning, spellings=(*others, *new)))

    def detail(_width: int) -> Content:
        table = lines(f"{count:>{_COUNT},}  {one_line(name, 60)}" for name, count in cluster.spellings)
        return paragraphs([heading(title), why, table, muted("enter chooses")])

    return Row(
        f"spelling-{number}",
        title,
        chosen or "not chosen yet",
        ", ".join(one_line(each, 20) for each in names),
        detail=detail,
        field=Field(title, why, chosen, choose, choices=choices),
    )
