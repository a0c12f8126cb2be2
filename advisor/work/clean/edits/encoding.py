"""Text that was decoded with the wrong encoding, decoded again with the right one."""

from advisor.work.data.checks.characters import is_mojibake

_ROUNDS = 4
"""Text that went through the wrong encoding twice needs two rounds."""


def repair_mojibake(text: str) -> str:
    """The text as it was meant, by ftfy; only texts that the check of the same name finds are touched."""
    for _ in range(_ROUNDS):
        if not is_mojibake(text):
            break
        repaired = _fixed(text)
        if repaired == text:
            break
        text = repaired
    return text


def _fixed(text: str) -> str:
    import ftfy

    return ftfy.fix_encoding(text)
