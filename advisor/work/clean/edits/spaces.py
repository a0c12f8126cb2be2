"""White space at the ends of texts and lines."""

import re

_LINE_TAIL = re.compile(r"[ \t\u00a0]+(?=\n)")


def trim(text: str) -> str:
    """The text without white space at its ends and at the ends of its lines."""
    return _LINE_TAIL.sub("", text.strip())
