"""Signs that every terminal can show, in place of those that some cannot."""

import codecs
import os
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

ERRORS = "advisor-ascii"
"""Name of the error handler for streams: what the encoding lacks is written in ASCII."""
_SIGNS = {
    "…": ".",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "·": ".",
    "•": "*",
    # The sign of the enter key: what it does to a row, e does too.
    "⏎": "e",
    "●": "o",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "×": "x",
    "–": "-",
    "—": "-",
    "‐": "-",
    "\N{NO-BREAK SPACE}": " ",
    "\N{REPLACEMENT CHARACTER}": "?",
}
_LINES = dict.fromkeys("─━═╌┄╍", "-") | dict.fromkeys("│┃║╎┆▏▎▕▌▐", "|")


def draws_unicode(environment: Mapping[str, str]) -> bool:
    """False when the terminal's locale names another character set than UTF-8, or plainly "C".

    A locale that is not set at all says nothing, and most terminals know UTF-8.
    """
    if environment.get("TERM") == "linux":
        return False
    locale = next((value for name in ("LC_ALL", "LANG") if (value := environment.get(name))), "")
    if locale in ("C", "POSIX"):
        return False
    named = environment.get("LC_ALL") or environment.get("LC_CTYPE") or locale
    charset = named.partition(".")[2].partition("@")[0].replace("-", "").lower()
    return charset in ("", "utf8")


def to_ascii(text: str) -> str:
    """The text in ASCII, every character as wide as before in cells wherever it was one or two wide."""
    return text if text.isascii() else "".join(_ascii(each) for each in text)


def install_error_handler() -> None:
    """Make `ERRORS` known to the codecs; doing it again changes nothing."""
    codecs.register_error(ERRORS, _replace)


def user_draws_unicode() -> bool:
    """True when the user's terminal shows more than ASCII."""
    return draws_unicode(os.environ)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return to_ascii(error.object[error.start : error.end]), error.end


@lru_cache(4096)
def _ascii(sign: str) -> str:
    if sign.isascii():
        return sign
    if (known := _SIGNS.get(sign) or _LINES.get(sign)) is not None:
        return known
    point = ord(sign)
    if 0x2500 <= point <= 0x257F:
        return "+"
    if 0x2580 <= point <= 0x259F:
        return "#"
    if 0x2800 <= point <= 0x28FF:
        return " " if point == 0x2800 else "*"
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return ""
    letter = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()[:1] or "?"
    return letter + "?" if unicodedata.east_asian_width(sign) in ("W", "F") else letter
