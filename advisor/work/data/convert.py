"""One row of a recognised format as an example, or why it cannot be one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from advisor.work.data.examples import ASSISTANT, Example, Message
from advisor.work.data.turns import text_of, turns_of
from heuristics.facts.data import Columns, FormatFacts, FormatName


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of a row."""

    example: Example | None = None
    empty: bool = False
    """True when prompt or answer is there but blank."""
    reason: str = ""
    """Why the row does not have the shape of the format."""
    faults: tuple[str, ...] = ()
    """What is wrong with the order of its turns."""


Value = dict[str, object]

_EMPTY = Converted(empty=True, reason="empty")


def convert(value: Value, line: int, format_: FormatFacts) -> Converted:
    """The row as an example: its answer is not blank, nor is its prompt unless it is raw text."""
    convert_row = CONVERTERS.get(format_.name)
    if convert_row is None:
        return Converted(reason=f"rows of the format {format_.name} are not trained on")
    return convert_row(value, line, format_.columns)


def _conversation(value: Value, line: int, columns: Columns) -> Converted:
    raw = value.get(columns.messages or "")
    turns = turns_of(raw)
    if turns.reason:
        return Converted(reason=turns.reason, faults=turns.faults)
    messages = turns.messages
    system = text_of(value.get(columns.system)) if columns.system else None
    if system and messages[0].role != "system":
        messages = (Message("system", system), *messages)
    if not messages[-1].content.strip() or not any(each.content.strip() for each in messages[:-1]):
        return Converted(empty=True, reason="empty", faults=turns.faults)
    return Converted(Example(line, messages), faults=turns.faults)


def _pair(value: Value, line: int, columns: Columns) -> Converted:
    prompt, answer = value.get(columns.prompt or ""), value.get(columns.answer or "")
    answer = [answer] if _is_turns([answer]) else answer
    if _is_turns(prompt) or _is_turns(answer):
        return _pair_of_turns(prompt, answer, line)
    return _asked_and_answered(value, line, columns, text_of(prompt), text_of(answer))


def pairs_of_texts(values: Sequence[Value], columns: Columns) -> list[tuple[str, str] | None]:
    """What is asked and the answer, for the rows of a pair format that most have: texts, and no system turn.

    The same as `convert` gives, in a fraction of the time; None for any other row.
    """
    prompt, answer, context, system = columns.prompt, columns.answer, columns.context, columns.system
    pairs: list[tuple[str, str] | None] = []
    for value in values:
        asked, said = value.get(prompt or ""), value.get(answer or "")
        more = value.get(context, "") if context else ""
        pair = None
        if type(asked) is str and type(said) is str and type(more) is str and said and not said.isspace():
            joined = "" if system and value.get(system) else _joined(asked, more)
            pair = (joined, said) if joined else None
        pairs.append(pair)
    return pairs


def _joined(prompt: str | None, context: str | None) -> str:
    if not context or context.isspace():
        return prompt if prompt and not prompt.isspace() else ""
    return f"{prompt}\n{context}" if prompt and not prompt.isspace() else context


def _asked_and_answered(
    value: Value, line: int, columns: Columns, prompt: str | None, answer: str | None
) -> Converted:
    context = text_of(value.get(columns.context)) if columns.context else None
    system = text_of(value.get(columns.system)) if columns.system else None
    asked = _joined(prompt, context)
    if columns.prompt not in value or columns.answer not in value:
        return Converted(reason="a column is missing")
    if not asked or answer is None or not answer.strip():
        return _EMPTY
    messages = [Message("system", system)] if system and system.strip() else []
    messages += [Message("user", asked), Message(ASSISTANT, answer)]
    return Converted(Example(line, tuple(messages)))


def _pair_of_turns(prompt: object, answer: object, line: int) -> Converted:
    before = prompt if isinstance(prompt, list) else [{"role": "user", "content": text_of(prompt)}]
    after = answer if isinstance(answer, list) else [{"role": ASSISTANT, "content": text_of(answer)}]
    return _conversation({"turns": [*before, *after]}, line, Columns(messages="turns"))


def _labelled(value: Value, line: int, columns: Columns) -> Converted:
    text, label = text_of(value.get(columns.text or "")), text_of(value.get(columns.label or ""))
    if columns.text not in value or columns.label not in value:
        return Converted(reason="a column is missing")
    if text is None or not text.strip() or label is None or not label.strip():
        return _EMPTY
    label = label.strip()
    return Converted(Example(line, (Message("user", text), Message(ASSISTANT, label)), label=label))


def _raw(value: Value, line: int, columns: Columns) -> Converted:
    if columns.text not in value:
        return Converted(reason="a column is missing")
    text = text_of(value.get(columns.text))
    return Converted(Example(line, (), text=text)) if text and text.strip() else _EMPTY


def _is_turns(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and isinstance(value[0], dict)
        and ("role" in value[0] or "from" in value[0])
    )


PAIR_FORMATS: tuple[FormatName, ...] = ("alpaca", "prompt_completion", "question_answer")
CONVERTERS: dict[FormatName, Callable[[Value, int, Columns], Converted]] = {
    "messages": _conversation,
    "sharegpt": _conversation,
    "alpaca": _pair,
    "prompt_completion": _pair,
    "question_answer": _pair,
    "text": _raw,
    "text_label": _labelled,
}
