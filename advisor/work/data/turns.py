"""Conversations as files hold them, turned into messages, with the order of their turns judged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import orjson

from advisor.text import one_line
from advisor.work.data.examples import ASSISTANT, Message
from advisor.work.data.limits import data_limits

_MEDIA_TYPES = ("image", "image_url", "video", "audio", "input_audio")
_CALL_KEYS = ("tool_calls", "function_call")


@dataclass(frozen=True, slots=True)
class Turns:
    """A parsed conversation, or the reason why there is none."""

    messages: tuple[Message, ...]
    faults: tuple[str, ...] = ()
    """What is wrong with the order or the roles; the row may still be usable."""
    reason: str = ""
    """Why the row cannot be used; empty when it can."""


@cache
def role_names() -> Mapping[str, str]:
    """Every name of a role in lower case -> the role."""
    return {name: role for role, names in data_limits().roles.items() for name in names}


def turns_of(value: object) -> Turns:
    """Messages of a list of turns in either spelling: role and content, or from and value."""
    if not isinstance(value, list) or not value:
        return Turns((), reason="no list of turns")
    messages = []
    for turn in value:
        if not isinstance(turn, dict):
            return Turns((), reason="a turn is not an object")
        raw = turn.get("role", turn.get("from"))
        role = role_names().get(raw.strip().lower()) if isinstance(raw, str) else None
        if role is None:
            why = f"unknown role {one_line(str(raw), 30)!r}" if raw is not None else "a turn without a role"
            return Turns((), (why,), why)
        content = _content_of(turn)
        if content is None:
            return Turns((), reason="a turn without text")
        messages.append(Message(role, content))
    faults = (*order_faults(messages), *call_faults(value))
    return _up_to_the_answer(messages, faults)


def order_faults(messages: list[Message]) -> tuple[str, ...]:
    """What is unusual about the order of turns, each named once."""
    roles = [each.role for each in messages]
    spoken = [role for role in roles if role != "system"]
    faults = []
    if ASSISTANT not in roles:
        faults.append("no assistant turn")
    if "user" not in roles:
        faults.append("no user turn")
    elif spoken[0] == ASSISTANT:
        faults.append("the assistant speaks first")
    if any(first == second == "user" for first, second in pairwise(spoken)):
        faults.append("two user turns in a row")
    if any(first == second == ASSISTANT for first, second in pairwise(spoken)):
        faults.append("two assistant turns in a row")
    if spoken and spoken[-1] != ASSISTANT and ASSISTANT in roles:
        faults.append(f"ends on a {spoken[-1]} turn")
    if "system" in roles[1:]:
        faults.append("a system turn that is not the first")
    if spoken[:1] == ["tool"]:
        faults.append("a tool reply without a call")
    return tuple(faults)


def call_faults(turns: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """Replies of tools that name a call which was not made; turns without identifiers are not judged."""
    called: set[object] = set()
    for turn in turns:
        calls = turn.get("tool_calls")
        called |= (
            {each.get("id") for each in calls if isinstance(each, dict)} if isinstance(calls, list) else set()
        )
        answered = turn.get("tool_call_id")
        if isinstance(answered, str) and answered not in called:
            return ("a tool reply to a call that was not made",)
    return ()


def text_of(value: object) -> str | None:
    """Text of a column: strings, numbers and truth values as written, text parts joined; else None."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case list():
            return _joined_parts(value)
        case _:
            return None


def has_media(value: object) -> bool:
    """True when a list of turns carries images, sound or video."""
    if not isinstance(value, list):
        return False
    for turn in value:
        content = turn.get("content", turn.get("value")) if isinstance(turn, dict) else None
        if isinstance(content, list) and any(
            isinstance(part, dict) and part.get("type") in _MEDIA_TYPES for part in content
        ):
            return True
        if isinstance(content, str) and any(f"<{kind}>" in content for kind in ("image", "video", "audio")):
            return True
    return False


def _up_to_the_answer(messages: list[Message], faults: tuple[str, ...]) -> Turns:
    last = max((index for index, each in enumerate(messages) if each.role == ASSISTANT), default=None)
    if last is None:
        return Turns((), faults, "no assistant turn")
    if last == 0:
        return Turns((), faults, "nothing comes before the answer")
    return Turns(tuple(messages[: last + 1]), faults)


def _content_of(turn: dict[str, object]) -> str | None:
    content = turn.get("content", turn.get("value", turn.get("text")))
    calls = next((turn[key] for key in _CALL_KEYS if turn.get(key)), None)
    if content is None and calls is None:
        return "" if "content" in turn or "value" in turn else None
    text = text_of(content) or ""
    if calls is None:
        return text
    return f"{text}\n{_as_json(calls)}".strip()


def _as_json(calls: object) -> str:
    """Calls of tools as text, also with long numbers and broken characters, which the fast writer refuses."""
    try:
        return orjson.dumps(calls).decode()
    except TypeError:
        return json.dumps(calls, ensure_ascii=False, separators=(",", ":"), default=str)


def _joined_parts(parts: list[object]) -> str | None:
    """Text parts of list content; other parts are left out."""
    texts = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            text = part.get("text", part.get("value", part.get("content")))
            if isinstance(text, str) and part.get("type", "text") not in _MEDIA_TYPES:
                texts.append(text)
    return "\n".join(texts) if texts else None
