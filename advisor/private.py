"""Private data and secrets: patterns with their check digits, and the masking of what is shown."""

import re
from collections.abc import Callable, Iterable

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,24}\b")
_CARD = re.compile(
    r"(?<![\w.,+-])(?:(?:[3-6]|2[2-7]|1800|2131)\d{11,17}"
    r"|[3-6]\d{3}(?:([ -])\d{4})(?:\1\d{4}){2}"
    r"|3\d{3}([ -])\d{6}\2\d{5})(?![\w-])"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_PHONE = re.compile(
    r"(?<![\w.,/$€£=+*-])(?:"
    r"\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,4}"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}"
    r"|\d{3}[.-]\d{3}[.-]\d{4}"
    r"|0\d{2,4}[ /-]\d{3,8}(?:[ -]\d{2,6})?"
    r")(?![\w/=*-])"
)
_SECRET = re.compile(
    r"\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{50,}"
    r"|\bhf_[A-Za-z0-9]{30,}\b"
    r"|\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[0-9A-Za-z_-]{35}"
    r"|\bglpat-[A-Za-z0-9_-]{20,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[A-Za-z0-9+/=\s\\n]*"
)
_SECRET_HINT = re.compile(r"AKIA|gh[pousr]_|github_pat_|hf_|sk-|xox|AIza|glpat-|eyJ|PRIVATE KEY")
_DIGITS = re.compile(r"\d[\d .()-]{5}|\d\.\d")
IBAN_LENGTHS = (15, 34)


def _digits(text: str) -> list[int]:
    return [int(each) for each in text if each.isdecimal() and each.isascii()]


def luhn(text: str) -> bool:
    """True when the digits pass the check of payment cards (ISO/IEC 7812-1)."""
    digits = _digits(text)
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def iban(text: str) -> bool:
    """True when the account number passes the check of ISO 13616: remainder 1 by 97."""
    compact = text.replace(" ", "")
    if not IBAN_LENGTHS[0] <= len(compact) <= IBAN_LENGTHS[1]:
        return False
    return int("".join(str(int(each, 36)) for each in compact[4:] + compact[:4])) % 97 == 1


def _public_address(text: str) -> bool:
    if any(int(part) > 255 for part in text.split(".")):
        return False
    return not text.startswith(("0.", "127.", "255.")) and not text.endswith((".0.0.0", ".0.0"))


def _phone(text: str) -> bool:
    return 7 <= len(_digits(text)) <= 15


def _always(_text: str) -> bool:
    return True


KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("e-mail address", _EMAIL, _always),
    ("bank account (IBAN)", _IBAN, iban),
    ("payment card", _CARD, luhn),
    ("social security number", _SSN, _always),
    ("IP address", _IPV4, _public_address),
    ("phone number", _PHONE, _phone),
)
"""Most certain first: what one kind claims, later kinds do not see."""


def private_spans(text: str) -> list[tuple[int, int, str]]:
    """Places of private data: start, end, kind; empty for most texts, found by two cheap tests."""
    if "@" not in text and not _DIGITS.search(text):
        return []
    spans: list[tuple[int, int, str]] = []
    for kind, pattern, valid in KINDS:
        for found in pattern.finditer(text):
            start, end = found.span()
            if valid(found.group()) and not any(start < last and first < end for first, last, _ in spans):
                spans.append((start, end, kind))
    return spans


def secret_spans(text: str) -> list[tuple[int, int, str]]:
    """Places of keys and tokens that open other systems."""
    if not _SECRET_HINT.search(text):
        return []
    return [(*found.span(), "secret") for found in _SECRET.finditer(text)]


def masked(text: str) -> str:
    """The text with private data and secrets replaced by what they are."""
    return _replaced(text, [*secret_spans(text), *private_spans(text)])


def _replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    end_of_last = 0
    parts = []
    for start, end, kind in sorted(spans):
        if start < end_of_last:
            continue
        parts += [text[end_of_last:start], f"[{kind}]"]
        end_of_last = end
    return "".join([*parts, text[end_of_last:]])
