"""The first pass of a cleaning: decides for every row whether it stays."""

from dataclasses import dataclass, field

from advisor.work.clean.chosen import Chosen
from advisor.work.clean.context import ContextRule
from advisor.work.clean.reading import read
from advisor.work.clean.whole import WHOLE, Kept
from advisor.work.data.rows import Row
from advisor.work.emit import Emitter
from heuristics.facts.cleaning import Cleaning


@dataclass(slots=True)
class Verdicts:
    """Which rows are left out, by their place, and why."""

    rows: int = 0
    dropped: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Place -> (fix, line of the row that stays in its stead or 0)."""


def judge(
    chosen: Chosen, cleaning: Cleaning, context: ContextRule | None, emitter: Emitter | None
) -> Verdicts:
    """Read the source once and decide; rows are judged as they would be written.

    Memory grows with the text of the rows only when a fix compares all of them with each other.
    """
    verdicts = Verdicts()
    first: dict[str, int] = {}
    kept: list[Kept] = []
    compared = [name for name in WHOLE if name in chosen.names and name != "exact_duplicates"]
    guess = "windows_1252" in chosen.names
    for place, record in read(chosen.source, emitter, "judging rows", guess_encoding=guess):
        verdicts.rows += 1
        if not isinstance(record.content, Row):
            if "malformed" in chosen.names or record.raw is None:
                verdicts.dropped[place] = ("malformed", 0)
            continue
        value, _ = chosen.mend(record.content.value)
        seen = chosen.seen(record.line, record.content.value, value)
        reason = next((name for name, asks in chosen.questions.items() if asks(seen)), None)
        if reason is not None:
            verdicts.dropped[place] = (reason, 0)
            continue
        example = seen.converted.example
        if example is None:
            continue
        if "exact_duplicates" in chosen.names:
            line = first.setdefault(example.content_key, record.line)
            if line != record.line:
                verdicts.dropped[place] = ("exact_duplicates", line)
                continue
        if context is not None:
            context.add(place, example)
        if compared:
            kept.append(Kept(place, example))
    if context is not None:
        verdicts.dropped.update((place, ("over_context", 0)) for place in context.too_long())
    for name in compared:
        left = [each for each in kept if each.place not in verdicts.dropped]
        found = WHOLE[name](left, cleaning)
        verdicts.dropped.update((place, (name, line)) for place, line in found.items())
    return verdicts
