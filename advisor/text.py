"""The boundary for outside text: what may reach a terminal, a log or a file name."""

import re
import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Characters that drive a terminal, or change in which order others are read."""


def plain(text: str, limit: int | None = None) -> str:
    """Replace control, bidirectional and surrogate characters; keep newline, tab and joiners.

    `limit` cuts to that many characters and says how many are missing.
    """
    if limit is not None and len(text) > limit:
        return f"{UNSAFE.sub(_REPLACEMENT, text[:limit])} … {len(text) - limit:,} more"
    return UNSAFE.sub(_REPLACEMENT, text)


def one_line(text: str, limit: int = 200) -> str:
    """Plain text on one line, runs of white space collapsed, cut to `limit` characters with an ellipsis."""
    line = " ".join(plain(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def slug(text: str, limit: int = 48) -> str:
    """A folder name made of ASCII letters, digits and dashes; never empty."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "-", ascii_text).strip("-").lower()
    return name[:limit].strip("-") or "case"
