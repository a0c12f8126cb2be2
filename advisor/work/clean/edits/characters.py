"""Characters that no reader sees, and line ends."""

import re

_COMMANDS = re.compile(
    "\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]"
)
"""Commands to a terminal (ECMA-48): operating system commands, control sequences, short escapes."""
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Not among them: joiners (U+200C, U+200D), marks of direction (U+200E, U+200F), and U+FFFD, which stands for
text that is lost and cannot be brought back."""
_LINE_END = re.compile("\r\n?|[\x0c\x85\u2028\u2029]")
_SUSPECT = re.compile("[^\t\n -~\xa0-\u1fff\u3000-\ud7ff\U00010000-\U0010ffff]")


def remove_invisible(text: str) -> str:
    """The text without control, direction and zero-width characters and without terminal commands.

    C1 controls that are Windows-1252 characters read as Latin-1 become those characters.
    """
    if not _SUSPECT.search(text):
        return text
    return _INVISIBLE.sub("", _C1.sub(_as_windows, _COMMANDS.sub("", text)))


def unify_line_ends(text: str) -> str:
    """The text with a line feed for every line break."""
    if text.isascii() and "\r" not in text and "\f" not in text:
        return text
    return _LINE_END.sub("\n", text)


def _as_windows(found: re.Match[str]) -> str:
    return bytes([ord(found.group())]).decode("cp1252", "ignore")
