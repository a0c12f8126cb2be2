"""Examples as rows for the trainer, and variants of them for the baseline and for swapped prompts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from advisor.work.data.examples import ASSISTANT, Example, Message

Template = Literal["chat", "plain", "none"]

_PLAIN_NAMES = {"user": "Question", "assistant": "Answer", "tool": "Context"}
"""How turns are introduced for models without a chat template; system text stands alone."""


def training_row(example: Example, template: Template) -> dict[str, object]:
    """The row that TRL's SFTTrainer trains on.

    "chat" gives conversational prompt and completion, "plain" gives two strings in our own layout, "none"
    gives raw text. The trainer appends the end-of-text token in the last two.
    """
    if template == "none" or example.text is not None:
        return {"text": raw_text(example)}
    if template == "plain":
        return {"prompt": plain_prompt(example.prompt), "completion": example.answer}
    return {
        "prompt": [as_turn(each) for each in example.prompt],
        "completion": [{"role": ASSISTANT, "content": example.answer}],
    }


def conversation_row(example: Example) -> dict[str, object]:
    """The row as one list of turns, each saying whether it is trained: only the last answer is."""
    if example.text is not None:
        turns: list[dict[str, object]] = [{"role": ASSISTANT, "content": example.text, "train": True}]
        return {"messages": turns}
    asked = [{**as_turn(each), "train": False} for each in example.prompt]
    return {"messages": [*asked, {"role": ASSISTANT, "content": example.answer, "train": True}]}


def as_turn(message: Message) -> dict[str, str]:
    """A message as chat templates expect it."""
    return {"role": message.role, "content": message.content}


def plain_prompt(messages: Sequence[Message]) -> str:
    """System text, then "Question:" and "Answer:" lines; the answer follows after the last line break."""
    parts = []
    for each in messages:
        name = _PLAIN_NAMES.get(each.role)
        parts.append(f"{name}: {each.content}" if name else each.content)
    return "\n".join([*parts, "Answer:\n"])


def raw_text(example: Example) -> str:
    """The whole row as one text."""
    if example.text is not None:
        return example.text
    return plain_prompt(example.prompt) + example.answer


def with_prompt_of(example: Example, other: Example) -> Example:
    """The same answer under another row's prompt: what an answer is worth when its input is wrong.

    Raw text has no prompt and stays as it is.
    """
    if example.text is not None:
        return example
    return replace(example, messages=(*other.prompt, Message(ASSISTANT, example.answer)))


def with_shots(example: Example, shots: Sequence[Example]) -> Example:
    """The same row with other rows shown first as solved examples, after the row's own system turn.

    Raw text has no turns and stays as it is.
    """
    if example.text is not None or not shots:
        return example
    system = tuple(each for each in example.messages if each.role == "system")
    asked = tuple(each for each in example.prompt if each.role != "system")
    shown: list[Message] = []
    for shot in shots:
        shown.extend(each for each in shot.prompt if each.role != "system")
        shown.append(Message(ASSISTANT, shot.answer))
    return replace(example, messages=(*system, *shown, *asked, Message(ASSISTANT, example.answer)))
