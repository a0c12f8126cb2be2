"""The chosen fixes of one cleaning, ready to be asked about rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.errors import BadData
from advisor.fingerprint import fingerprint
from advisor.fixes import fixes
from advisor.specs import CleanTask
from advisor.work.clean.chain import Chain
from advisor.work.clean.drops import Question, Seen, questions
from advisor.work.clean.fields import Value
from advisor.work.clean.reading import SourceFile
from advisor.work.data.convert import convert
from advisor.work.data.profile import load_eval
from advisor.work.emit import Emitter
from heuristics.cleaning import chosen_fixes
from heuristics.facts.cleaning import Fix


@dataclass(frozen=True, slots=True)
class Chosen:
    """Fixes of one cleaning; each row is asked about on its own."""

    names: tuple[str, ...]
    source: SourceFile
    chain: Chain
    questions: dict[str, Question]
    by_content: bool
    """True when rows are told apart by what they hold, because the user marked some."""

    def mend(self, value: Value) -> tuple[Value, tuple[str, ...]]:
        """The row after all edits, and which edits changed it."""
        return self.chain.mend(value, self.source.format)

    def seen(self, line: int, before: Value, after: Value) -> Seen:
        """The row as the questions want it."""
        prints = (fingerprint(before), fingerprint(after)) if self.by_content else ("", "")
        return Seen(line, convert(after, line, self.source.format), prints)


def chosen(task: CleanTask, source: SourceFile, names: Sequence[str], emitter: Emitter | None) -> Chosen:
    """The fixes with these names for one source; raises BadData when one lacks what it needs."""
    if "labels" in names and not task.cleaning.spellings:
        raise BadData(
            "No spelling of a label is chosen", "Look at the preview and choose the spelling of each label."
        )
    tested: frozenset[str] = frozenset()
    if "leaks" in names:
        held = load_eval(task.data, emitter)
        if held is None:
            raise BadData("No test file is named", "Name it with --eval, or leave the fix “leaks” out.")
        tested = frozenset(each.key for each in held.examples)
    return Chosen(
        names=tuple(names),
        source=source,
        chain=Chain(names, task.cleaning),
        questions=questions(tuple(names), task.cleaning, tested),
        by_content="marked" in names and bool(task.cleaning.marked),
    )


def asked_names(task: CleanTask) -> tuple[str, ...]:
    """Names of the fixes that the task asks for, in the order of application."""
    return chosen_fixes(task.cleaning, fixes())


def version_of(name: str) -> int:
    """The version of a fix, for the log."""
    return _by_name()[name].version


def _by_name() -> dict[str, Fix]:
    return {each.name: each for each in fixes()}
