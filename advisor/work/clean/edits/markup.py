"""HTML: entities decoded, tags stripped."""

import html
import re
from html.entities import html5

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CODE = re.compile(r"```|</\w+\s*>|<\w+[^<>]*/>|<!DOCTYPE|<\?php")
_FENCE = "```"
_SILENT = re.compile(r"<(script|style|template)\b[^>]*>.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|hr|/p|/div|/li|/tr|/h[1-6])\b[^<>]*/?>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|b|blockquote|body|button|center|cite|code|dd|del|div|dl|dt|em|figure|font|footer"
    r"|form|h[1-6]|head|header|html|i|iframe|img|input|ins|label|li|link|main|meta|nav|ol|option|p|pre|q|s|section"
    r"|select|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|video)\b[^<>]*>",
    re.IGNORECASE,
)


def decode_entities(text: str) -> str:
    """The text with entities as characters, until none is left: “&amp;lt;” is “<”.

    Only entities that end in a semicolon and have a known name; texts with code or tags are left alone,
    because there an entity is meant to be seen.
    """
    if "&" not in text or ";" not in text or _CODE.search(text):
        return text
    while (decoded := _ENTITY.sub(_character, text)) != text:
        text = decoded
    return text


def strip_html(text: str) -> str:
    """The text without tags, comments, scripts and styles; tags that end a block become line breaks."""
    if "<" not in text or _FENCE in text:
        return text
    bare = _TAG.sub("", _BREAK.sub("\n", _SILENT.sub("", text)))
    return re.sub(r"\n{3,}", "\n\n", bare).strip() if bare != text else text


def _character(found: re.Match[str]) -> str:
    entity = found.group()
    if entity[1] != "#" and entity[1:] not in html5:
        return entity
    return html.unescape(entity)
