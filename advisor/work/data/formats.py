"""Recognises the format of rows by column names and by what stands in them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from advisor.errors import BadData
from advisor.text import one_line
from advisor.work.data.convert import convert
from advisor.work.data.foreign import DECLINED, foreign_shapes, rendered_by
from advisor.work.data.limits import data_limits
from advisor.work.data.turns import text_of
from heuristics.facts.data import Columns, FormatFacts, FormatName

Container = Literal["jsonl", "json", "csv", "text", "parquet", "arrow"]
Value = dict[str, object]

_ENOUGH = 0.5
"""Share of sampled rows that must fit."""
_COMMON = 0.5
"""Share of sampled rows in which a column must appear to play a part."""


@dataclass(frozen=True, slots=True)
class _Guess:
    name: FormatName
    columns: Columns
    share: float


def recognise(sample: Sequence[Value], container: Container, mapping: Columns | None) -> FormatFacts:
    """The format of the sampled rows, "unknown" when none fits half of them.

    A mapping by the user decides; raises BadData when it names a column that is not there.
    """
    if mapping is not None:
        return _mapped(sample, container, mapping)
    guesses = sorted(_guesses(sample, container), key=lambda guess: -guess.share)
    if not guesses or guesses[0].share < _ENOUGH:
        names = column_names(sample)
        said = f"no usable column among {names}" if names else "rows without columns"
        if guesses:
            said += f"; {guesses[0].name} fits only {guesses[0].share:.0%} of them"
        share = guesses[0].share if guesses else 0.0
        return FormatFacts("unknown", container, Columns(), share, explanation=said)
    best = guesses[0]
    runner_up = next((each.name for each in guesses[1:] if each.share >= _ENOUGH), None)
    explanation = DECLINED.get(best.name) or _described(best.columns)
    if best.name == "text" and (template := rendered_by(sample, best.columns.text)):
        explanation += f", already written in the {template} template: every token of it is trained on"
    return FormatFacts(best.name, container, best.columns, best.share, runner_up, explanation=explanation)


def column_names(sample: Sequence[Value]) -> str:
    """The columns of the sample, most frequent first, as shown to a person."""
    counts = Counter(key for row in sample for key in row)
    shown = [one_line(key, 30) for key, _ in counts.most_common(12)]
    return ", ".join(shown) + (" …" if len(counts) > 12 else "")


def _mapped(sample: Sequence[Value], container: Container, mapping: Columns) -> FormatFacts:
    present = {key for row in sample for key in row}
    named = [mapping.prompt, mapping.context, mapping.answer, mapping.label, mapping.text, mapping.messages]
    missing = [each for each in (*named, mapping.system) if each is not None and each not in present]
    if missing:
        raise BadData(
            f"No column named {one_line(missing[0], 40)}; the file has {column_names(sample)}",
            "Correct the column mapping.",
        )
    name, columns = _meant(mapping, sample)
    format_ = FormatFacts(name, container, columns, 0.0, mapped_by_user=True)
    share = _share(sample, format_)
    return replace(format_, confidence=share, explanation=_described(columns))


def _meant(mapping: Columns, sample: Sequence[Value]) -> tuple[FormatName, Columns]:
    """The format that a mapping by the user describes; turns and an answer follow each other."""
    if mapping.messages and mapping.answer:
        return "prompt_completion", replace(mapping, prompt=mapping.messages, messages=None)
    if mapping.messages:
        turns = next((row[mapping.messages] for row in sample if row.get(mapping.messages)), None)
        first = turns[0] if isinstance(turns, list) and turns and isinstance(turns[0], dict) else {}
        return ("sharegpt" if "from" in first else "messages"), mapping
    if mapping.label and (mapping.text or mapping.prompt):
        return "text_label", replace(mapping, text=mapping.text or mapping.prompt, prompt=None)
    if mapping.answer and (mapping.prompt or mapping.text):
        return "prompt_completion", replace(mapping, prompt=mapping.prompt or mapping.text, text=None)
    if mapping.text:
        return "text", mapping
    raise BadData(
        "The column mapping is incomplete", "Name prompt and answer, text and label, messages, or text alone."
    )


def _guesses(sample: Sequence[Value], container: Container) -> Iterator[_Guess]:
    """Formats that the columns allow, in order of preference, each with the share of rows that fit."""
    counts = Counter(key for row in sample for key in row)
    common = {key.strip().lower(): key for key, count in counts.items() if count >= len(sample) * _COMMON}
    parts = _Parts(common)
    yield from _declined(sample, parts)
    for name, columns in _candidates(sample, parts):
        share = _share(sample, FormatFacts(name, container, columns, 0.0))
        if share > 0:
            yield _Guess(name, columns, share)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Columns by the parts that their names suggest."""

    columns: dict[str, str]
    """Lower-case name -> the column's name."""

    def find(self, part: str, *taken: str | None) -> str | None:
        """The column that best plays `part` and is not taken."""
        for alias in data_limits().columns[part]:
            column = self.columns.get(alias)
            if column is not None and column not in taken:
                return column
        return None


def _declined(sample: Sequence[Value], parts: _Parts) -> Iterator[_Guess]:
    for name, share in foreign_shapes(sample, parts.columns):
        yield _Guess(name, Columns(), share)


def _candidates(sample: Sequence[Value], parts: _Parts) -> Iterator[tuple[FormatName, Columns]]:
    system = parts.find("system")
    if turns := _column_of_turns(sample, parts):
        column, name = turns
        yield name, Columns(messages=column, system=system)
    if (asked := parts.find("instruction")) and (answer := parts.find("output", asked)):
        yield (
            "alpaca",
            Columns(prompt=asked, context=parts.find("context", asked, answer), answer=answer, system=system),
        )
    if (asked := parts.find("question")) and (answer := parts.find("answer", asked)):
        context = parts.find("context", asked, answer)
        yield "question_answer", Columns(prompt=asked, context=context, answer=answer, system=system)
    if (asked := parts.find("prompt")) and (answer := parts.find("completion", asked)):
        yield "prompt_completion", Columns(prompt=asked, answer=answer, system=system)
    if (text := parts.find("text")) and (label := parts.find("label", text)) and _like_labels(sample, label):
        yield "text_label", Columns(text=text, label=label)
    if text := parts.find("text"):
        yield "text", Columns(text=text)


def _column_of_turns(sample: Sequence[Value], parts: _Parts) -> tuple[str, FormatName] | None:
    """The column that holds lists of turns: one with a known name first, else any whose values look so."""
    known = [parts.columns[alias] for alias in data_limits().columns["messages"] if alias in parts.columns]
    for column in (*known, *(each for each in parts.columns.values() if each not in known)):
        if column.lower() in ("prompt", "completion"):
            continue
        firsts = [value[0] for row in sample if isinstance(value := row.get(column), list) and value]
        turns = [each for each in firsts if isinstance(each, dict)]
        spelled = sum("role" in each for each in turns), sum("from" in each for each in turns)
        if max(spelled) >= max(1, len(sample) * _ENOUGH):
            return column, ("messages" if spelled[0] >= spelled[1] else "sharegpt")
    return None


def _like_labels(sample: Sequence[Value], column: str) -> bool:
    """True when a column's values are few, short and repeated, as labels are."""
    limits = data_limits().labels
    values = [text for row in sample if (text := text_of(row.get(column))) and text.strip()]
    if not values or max(map(len, values)) > limits.longest:
        return False
    distinct = len({each.strip() for each in values})
    return distinct <= limits.most_classes and (distinct * 2 <= len(values) or len(values) < 20)


def _share(sample: Sequence[Value], format_: FormatFacts) -> float:
    """Share of rows that fit: converted, or of the right shape with a blank part."""
    if not sample:
        return 0.0
    converted = (convert(row, 0, format_) for row in sample)
    return sum(each.example is not None or each.empty for each in converted) / len(sample)


def _described(columns: Columns) -> str:
    parts = (
        ("messages", columns.messages),
        ("prompt", columns.prompt),
        ("context", columns.context),
        ("answer", columns.answer),
        ("text", columns.text),
        ("label", columns.label),
        ("system", columns.system),
    )
    return ", ".join(f"{part} in {one_line(column, 30)}" for part, column in parts if column)
