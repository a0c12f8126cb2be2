"""What each fix would do alone: counts and a few rows before and after."""

from advisor.errors import AdvisorError
from advisor.fixes import fixes
from advisor.specs import CleanTask
from advisor.text import one_line
from advisor.work.clean.asking import ASKED, TOGETHER, found
from advisor.work.clean.chain import EDITS, Chain
from advisor.work.clean.changes import changed_row, removed_row
from advisor.work.clean.chosen import Chosen, chosen
from advisor.work.clean.clusters import Clusters
from advisor.work.clean.context import ContextRule
from advisor.work.clean.copying import SHOWN, Copied
from advisor.work.clean.reading import SourceFile, is_guessed, read
from advisor.work.clean.whole import WHOLE, Kept
from advisor.work.data.examples import Example
from advisor.work.data.jsonl import excerpt
from advisor.work.data.rows import Row
from advisor.work.emit import Emitter
from heuristics.facts.cleaning import Change, CleaningFacts, FixOutcome


def preview(task: CleanTask, source: SourceFile, sha256: str, emitter: Emitter | None) -> CleaningFacts:
    """Every fix on its own, over the whole file; fixes that lack something say what."""
    names = [each.name for each in fixes()]
    if not task.cleaning.spellings:
        names.remove("labels")
    if task.data.eval_path is None:
        names.remove("leaks")
    looking = _Looking(chosen(task, source, names, emitter), task)
    for place, record in read(source, emitter, "looking for what to mend", guess_encoding=True):
        looking.rows += 1
        if not isinstance(record.content, Row):
            told = excerpt(record.raw or b"") or record.content.excerpt
            looking.done.note("malformed", Change(record.line, f"{record.content.reason}: {told}", ""))
        elif is_guessed(record):
            looking.guessed(record.line, record.raw or b"")
        else:
            looking.row(place, record.line, record.content.value)
    looking.compare()
    return looking.facts(source, sha256)


class _Looking:
    """Asks every fix about every row, one at a time."""

    def __init__(self, fixes_: Chosen, task: CleanTask) -> None:
        self.rows = 0
        self.done = Copied()
        self._fixes = fixes_
        self._task = task
        self._edits = {name: Chain((name,), task.cleaning) for name in fixes_.names if name in EDITS}
        self._kept: list[Kept] = []
        self._clusters = Clusters()
        self._unknown: set[str] = set()

    def guessed(self, line: int, raw: bytes) -> None:
        """A line that can be read only as Windows-1252."""
        decoded = raw.decode("cp1252", "replace").encode()
        self.done.note("windows_1252", Change(line, excerpt(raw), excerpt(decoded)))
        self.done.note("malformed", Change(line, f"not UTF-8: {excerpt(raw)}", ""))

    def row(self, place: int, line: int, value: dict[str, object]) -> None:
        """One row that can be read."""
        for name in self._fixes.chain.would_change(value, self._fixes.source.format):
            if len(self.done.examples.get(name, ())) < SHOWN:
                mended, _ = self._edits[name].mend(value, self._fixes.source.format)
                self.done.note(name, changed_row(line, value, mended))
            else:
                self.done.by_fix[name] += 1
        seen = self._fixes.seen(line, value, value)
        for name, asks in self._fixes.questions.items():
            if asks(seen):
                self.done.note(name, removed_row(line, value))
        if seen.converted.example is not None:
            self._kept.append(Kept(place, seen.converted.example))
            self._clusters.add(seen.converted.example)

    def compare(self) -> None:
        """The fixes that compare rows with each other."""
        by_place = {each.place: each.example for each in self._kept}
        rows = self._kept
        for start in range(0, len(rows), TOGETHER):
            examples = [each.example for each in rows[start : start + TOGETHER]]
            for name in ASKED:
                lines = found(name, examples, self._fixes.source.format)
                for example in examples:
                    if example.line in lines:
                        self.done.note(name, _dropped(example, 0))
        for name, judge in WHOLE.items():
            copies = judge(rows, self._task.cleaning)
            for place, stays in sorted(copies.items()):
                self.done.note(name, _dropped(by_place[place], stays))
            if name == "exact_duplicates":
                rows = [each for each in rows if each.place not in copies]
        try:
            context = ContextRule(self._task)
        except AdvisorError:
            self._unknown.add("over_context")
            return
        for each in self._kept:
            context.add(each.place, each.example)
        for place in context.too_long():
            self.done.note("over_context", _dropped(by_place[place], 0))

    def facts(self, source: SourceFile, sha256: str) -> CleaningFacts:
        """What was seen; nothing is removed or changed yet."""
        outcomes = [
            FixOutcome(name, self.done.by_fix[name], tuple(self.done.examples.get(name, ())))
            for name in self._fixes.names
            if name not in self._unknown
        ]
        return CleaningFacts(
            source=one_line(str(source.path), 4000),
            sha256=sha256,
            rows_in=self.rows,
            rows_out=self.rows,
            changed=0,
            removed=0,
            outcomes=tuple(outcomes),
            clusters=self._clusters.found(),
        )


def _dropped(example: Example, stays: int) -> Change:
    texts = {str(place): each.content for place, each in enumerate(example.messages)}
    change = removed_row(example.line, {**texts, "text": example.text})
    return Change(change.line, change.before, f"line {stays:,} stays" if stays else "")
