"""Text that was decoded wrongly, and characters that no reader sees."""

import re
from collections import Counter
from contextlib import suppress
from functools import cache

from advisor.work.data.checks.batch import Batch, Tally, concerned
from heuristics.facts.data import CheckResult

_CODECS = ("cp1252", "mac_roman", "cp1250", "cp1251")
"""Encodings as which UTF-8 is most often misread."""
_CLOSING = frozenset("\xa0»”’…“‘´®°©¡¿·")
"""Marks that rightly follow a capital with an accent."""
_SURE_LEADS = frozenset("ÃÂ")
_PUNCTUATION = b"\xe2\x80"
_LETTER_LEADS = frozenset((0xC3, 0xC4, 0xC5, 0xD0, 0xD1))
"""First bytes of accented Latin and of Cyrillic letters."""
_CONTROL = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x{86}-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}\x{fffd}]"
)


class Mojibake:
    """Rows with UTF-8 that was once read as another encoding, such as “â€™” for an apostrophe."""

    name = "mojibake"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        suspects = batch.frame.filter(pl.col("text").str.contains(_suspicious()))
        wrong = [is_mojibake(each) for each in suspects["text"]]
        return concerned(batch, suspects.filter(pl.Series(wrong, dtype=pl.Boolean)))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


class ControlCharacters:
    """Rows with control characters, text-direction overrides or replacement characters."""

    name = "control_characters"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        first = batch.frame.select("line", found=pl.col("text").str.extract(f"({_CONTROL})")).drop_nulls()
        kinds = Counter(f"U+{ord(each):04X}" for each in first["found"])
        return concerned(batch, first, kinds)

    def result(self, tally: Tally) -> CheckResult:
        detail = ", ".join(f"{kind} in {count:,}" for kind, count in tally.kinds.most_common(5))
        return tally.result(self.name, detail)


def is_mojibake(text: str) -> bool:
    """True when characters, written back in a one-byte encoding, are UTF-8 and unlikely as they stand.

    In Windows-1252 a sequence of three or four bytes is enough, or one of two with a telling first character
    (Ã or Â, but not before a closing mark as in “Ã…”). In the others only punctuation (E2 80 ..) is, because
    their letters follow each other in real words. Else it takes several sequences that give letters.
    """
    if text.isascii():
        return False
    return any(_misread(text, codec) for codec in _CODECS)


def _misread(text: str, codec: str) -> bool:
    pattern, table = _sequences(codec)
    western = codec == "cp1252"
    weak = 0
    for found in pattern.finditer(text):
        sequence = found.group()
        raw = bytes(table[each] for each in sequence)
        try:
            meant = raw.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if all(each in _CLOSING for each in sequence[1:]) and sequence[0] not in _SURE_LEADS:
            continue
        if raw.startswith(_PUNCTUATION) or (western and len(sequence) > 2):
            return True
        if western and sequence[0] in _SURE_LEADS and sequence[1] not in "…’”":
            return True
        weak += meant.isalpha() and raw[0] in _LETTER_LEADS
    return weak >= (2 if western else 3)


@cache
def _sequences(codec: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """A pattern for characters that stand for UTF-8 sequences in `codec`, and each character's byte."""
    table: dict[str, int] = {}
    for byte in range(0x80, 0x100):
        with suppress(UnicodeDecodeError):
            table[bytes([byte]).decode(codec)] = byte
        if codec == "cp1252":
            table.setdefault(chr(byte), byte)
    followers = _class(table, 0x80, 0xBF)
    two, three, four = _class(table, 0xC2, 0xDF), _class(table, 0xE0, 0xEF), _class(table, 0xF0, 0xF4)
    pattern = f"{four}{followers}{{3}}|{three}{followers}{{2}}|{two}{followers}"
    return re.compile(pattern), table


def _class(table: dict[str, int], low: int, high: int) -> str:
    return "[" + "".join(re.escape(each) for each, byte in table.items() if low <= byte <= high) + "]"


@cache
def _suspicious() -> str:
    """One pattern for all sequences, for a first look that leaves most rows out."""
    return "|".join(_sequences(codec)[0].pattern for codec in _CODECS)
