"""Whether text is UTF-8 that was once read as another encoding, as ftfy judges it."""

import re

SUSPECT = (
    r"[\x{80}-\x{2ff}\x{370}-\x{52f}\x{2010}-\x{2122}\x{2200}-\x{2265}\x{2310}-\x{25cf}\x{fb01}\x{fb02}\x{fffd}]"
    r"{2}"
)
"""Two characters in a row of which misread text consists; CJK and most other scripts are not among them. For
polars; most rows have none, and ftfy is a hundred times slower."""
_SUSPECT = re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), SUSPECT))

_CYRILLIC = re.compile(f"(?:[РС][{re.escape(bytes(range(0x80, 0xC0)).decode('cp1251', 'ignore'))}]){{3}}")
"""Cyrillic letters read as Windows-1251: no word has a capital in every other place."""


_PLAIN = re.compile(r"(?<=[ -~]{16})[ -~]{48,}(?=[ -~]{16})")
"""ASCII far from all other characters: misread text is told by characters that stand next to each other, and
every encoding has ASCII alike."""


def is_mojibake(text: str) -> bool:
    """True when ftfy would decode the text anew, or when it is Cyrillic that ftfy is not sure of."""
    if text.isascii() or not _SUSPECT.search(text):
        return False
    import ftfy

    near = _PLAIN.sub("", text)
    return bool(_CYRILLIC.search(near) or ftfy.fix_encoding(near) != near)
