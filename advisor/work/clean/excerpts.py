"""A row before and after in a few words, private values masked."""

from advisor.private import masked
from advisor.text import one_line
from advisor.work.clean.fields import Value, first_difference

SHOWN = 120
_BEFORE = 24
"""Characters shown before the first that differs."""
_HIDDEN = "(a private value, not shown)"


def change_of(before: Value, after: Value) -> tuple[str, str]:
    """The place where two versions of a row first differ, as it was and as it is."""
    old, new = first_difference(before, after)
    hidden, shown = masked(old), masked(new)
    if hidden == shown:
        return _HIDDEN, window(shown, 0)
    place = next(
        (index for index, (one, other) in enumerate(zip(hidden, shown, strict=False)) if one != other),
        min(len(hidden), len(shown)),
    )
    start = max(0, place - _BEFORE)
    return window(visible(hidden), start), window(visible(shown), start)


def whole(value: Value) -> str:
    """The start of a row's texts."""
    texts: list[str] = []
    _gather(value, texts)
    return window(masked(" | ".join(texts)[: SHOWN * 8]), 0)


def window(text: str, start: int) -> str:
    """A part of a text on one line."""
    return ("…" if start else "") + one_line(text[start:], SHOWN)


def visible(text: str) -> str:
    """The text with blanks at its ends, line breaks and invisible characters drawn, to see their loss."""
    bare = text.strip(" ")
    lead = len(text) - len(text.lstrip(" "))
    text = f"{'·' * lead}{bare}{'·' * (len(text) - lead - len(bare))}" if bare else text
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _written_out(each) for each in text)


def _written_out(character: str) -> str:
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\xa0": "\\xa0"}
    return known.get(character) or f"<U+{ord(character):04X}>"


def _gather(value: object, texts: list[str]) -> None:
    match value:
        case str():
            texts.append(value)
        case list():
            for each in value:
                _gather(each, texts)
        case dict():
            for each in value.values():
                _gather(each, texts)
