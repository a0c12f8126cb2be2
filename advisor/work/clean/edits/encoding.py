"""Text that was decoded with the wrong encoding, decoded again with the right one."""

import re

_SUSPECT = re.compile("[\u0080-\uffff]{2}")
"""UTF-8 that was misread always leaves two such characters side by side; most texts have none."""
_ROUNDS = 4
"""Text that went through the wrong encoding twice needs two rounds."""


def repair_mojibake(text: str) -> str:
    """The text as it was meant, by ftfy, which leaves what is likely as it stands alone."""
    if text.isascii() or not _SUSPECT.search(text):
        return text
    import ftfy

    for _ in range(_ROUNDS):
        repaired = ftfy.fix_encoding(text)
        if repaired == text:
            break
        text = repaired
    return text
