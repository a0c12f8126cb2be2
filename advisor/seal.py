"""A first line that tells whether a text file is as it was written, and a last one that tells its end."""

import hashlib
from typing import Literal

_FIRST = "# sha256 of what follows: "
_LAST = "# end\n"

State = Literal["whole", "without a seal", "cut", "changed"]


def sealed(body: str) -> str:
    """`body`, which ends with a line break, between two comments of TOML."""
    rest = body + _LAST
    return f"{_FIRST}{_digest(rest)}\n{rest}"


def state_of(text: str) -> State:
    """What has become of a sealed text; one without a seal is a hand's work, or an older version's."""
    first, ended, rest = text.partition("\n")
    if not ended and _FIRST.startswith(first[: len(_FIRST)]):
        return "cut"
    if not first.startswith(_FIRST):
        return "without a seal"
    if first.removeprefix(_FIRST) == _digest(rest):
        return "whole"
    return "changed" if rest.endswith(_LAST) else "cut"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
