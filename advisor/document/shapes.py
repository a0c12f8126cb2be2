"""Bars as boxes of the page, which wrap with it; every number in them also stands beside them."""

import math
from html import escape

from advisor.document.blocks import Bars, Stack
from advisor.text import plain

_FILLS = 7
_VISIBLE = 0.2
"""Share of its room below which a whole would be a mere line."""


def bars(picture: Bars) -> str:
    """Labels, bars and values in columns that wrap with the page."""
    most = max((value for _, value, _ in picture.bars if math.isfinite(value)), default=0.0) or 1.0
    rows = "".join(
        f'<span>{_text(label)}</span><div><i style="width:{_percent(value, most, 65)}"></i>'
        f"<b>{_text(words)}</b></div>"
        for label, value, words in picture.bars
    )
    return (
        f"<figure><figcaption>{_text(picture.title)}</figcaption><p>{_text(picture.words)}</p>"
        f'<div class="bars">{rows}</div></figure>'
    )


def stack(picture: Stack) -> str:
    """One bar; a whole that fills little of its room is drawn by itself, as its words tell the room."""
    whole = sum(value for _, value, _ in picture.parts)
    room = max(whole, picture.room) if whole > _VISIBLE * picture.room else whole
    drawn = "".join(
        f'<i class="f{place % _FILLS}" style="width:{_percent(value, room, 100)}"></i>'
        for place, (_, value, _) in enumerate(picture.parts)
    )
    keys = "".join(
        f'<span><i class="f{place % _FILLS}"></i>{_text(label)} {_text(words)}</span>'
        for place, (label, _, words) in enumerate(picture.parts)
    )
    return (
        f"<figure><figcaption>{_text(picture.title)}</figcaption><p>{_text(picture.words)}</p>"
        f'<div class="stack">{drawn}</div><div class="keys">{keys}</div></figure>'
    )


def _percent(value: float, most: float, width: int) -> str:
    share = value / most if math.isfinite(value) and most > 0 else 0.0
    return f"{width * max(0.0, min(1.0, share)):.2f}%"


def _text(text: str) -> str:
    return escape(plain(text))
