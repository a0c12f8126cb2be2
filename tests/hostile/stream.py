"""What a program wrote to its terminal, taken apart as a terminal takes it apart."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<command>[^\x07\x1b\x9c]*)(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[PX^_](?P<string>[^\x1b\x9c]*)(?:\x1b\\|\x9c)"
    r"|\x1b(?P<escape>[ -/]*[0-~])"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])"
)
_UNSEEN = re.compile("[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Characters without a glyph that change what others look like."""
_MOVING = "mHABCDGdfr"
"""Ends of sequences whose numbers are colours and places."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Everything that was written."""

    kinds: frozenset[str]
    """Control sequences, without the numbers of colours and places."""
    titles: tuple[str, ...]
    text: str
    """What stays when all sequences are taken out."""

    @property
    def unseen(self) -> list[str]:
        """Characters in the text that turn others around or hide."""
        return _UNSEEN.findall(self.text)


def taken_apart(written: bytes) -> Stream:
    """The stream of a terminal in UTF-8; raises UnicodeDecodeError for bytes that are none."""
    text = written.decode("utf-8")
    kinds, titles = set[str](), list[str]()
    for found in _TOKEN.finditer(text):
        if found["final"]:
            parameters = "" if found["final"] in _MOVING else found["parameters"]
            kinds.add(f"CSI {parameters}{found['final']}")
        elif found["command"] is not None:
            number, _, words = found["command"].partition(";")
            kinds.add(f"OSC {number}")
            titles.append(words)
        elif found["string"] is not None:
            kinds.add(f"string {found['string'][:20]!r}")
        else:
            kinds.add(f"ESC {found['escape']}" if found["escape"] else f"control {found['control']!r}")
    return Stream(frozenset(kinds), tuple(titles), _TOKEN.sub("", text))
