"""Private data and secrets: patterns with their check digits, and the masking of what is shown."""

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,24}\b")
_CARD = re.compile(
    r"(?<![\w.,+-])(?:(?:[3-6]|2[2-7]|1800|2131)\d{11,18}"
    r"|[3-6]\d{3}(?:([ -])\d{4})(?:\1\d{4}){2}"
    r"|3\d{3}([ -])\d{6}\2\d{5})(?![\w-])"
)
_IBAN = re.compile(
    r"\b(?:[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?|[a-z]{2}\d{2}[a-z0-9]{11,30})\b"
)
_SSN = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){3,7}(?::?[0-9A-Fa-f]{1,4}){1,4}(?![\w:])")
_PHONE = re.compile(
    r"(?<![\w.,/$€£=+*-])(?:"
    r"\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,4}"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}"
    r"|\(\d{3}\)\d{3}-\d{4}"
    r"|\d{3}[.-]\d{3}[.-]\d{4}"
    r"|00[1-9]\d{0,2}[ -]\d{2,4}(?:[ -]\d{2,4}){1,3}"
    r"|0\d(?:[ .]\d{2}){4}"
    r"|0\d{3}(?: \d{2}){3}"
    r"|0\d{2,4}[ /-]\d{3,8}(?:[ -]\d{2,6})?"
    r")(?:x\d{1,6})?(?![\w/=*-]|-\d)"
)
_GROUPED = re.compile(
    r"(?<![\w.,/$€£=*-])(?:\+?\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){1,4}|\d{7,15})(?:x\d{1,6})?(?![\w/=*%]|[.,-]\d)"
)
_SAID_BEFORE = re.compile(
    r"\b(?:(?:tele)?phone|mobile|cell|tel|fax|desk|whatsapp|sms|dial|call|text|reach|answering|messages|registered"
    r"|contact)\b(?: (?:me|us|him|her|them|number|no|nr|is|at|on|to|my|the)\b){0,3}[\s.:#=-]{0,4}$",
    re.IGNORECASE,
)
_SAID_AFTER = re.compile(r"[ -](?:office|fax|mobile|cell|home|work)\b", re.IGNORECASE)
_BEFORE = 40
"""Characters before a number in which a word says that it is one to call."""
_SECRET = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{50,}"
    r"|\bhf_[A-Za-z0-9]{30,}\b"
    r"|\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}"
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{20,}"
    r"|\bhooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,}"
    r"|\bdiscord(?:app)?\.com/api/webhooks/\d{10,}/[\w-]{40,}"
    r"|\bAIza[0-9A-Za-z_-]{35}|\bya29\.[0-9A-Za-z_-]{20,}|\bGOCSPX-[0-9A-Za-z_-]{20,}"
    r"|\bglpat-[A-Za-z0-9_-]{20,}"
    r"|\b[sr]k_live_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{20,}"
    r"|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
    r"|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[A-Za-z0-9_-]{40,}|\bdop_v1_[a-f0-9]{40,}|\bshp(?:at|ss)_[a-fA-F0-9]{32}"
    r"|\bgsk_[A-Za-z0-9]{40,}|\br8_[A-Za-z0-9]{30,}|\bAccountKey=[A-Za-z0-9+/=]{40,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\n]*"
)
_NAMED_SECRET = re.compile(
    r"(?i)(?:api[_-]?key|secret(?:[_-]?key)?|access[_-]?token|auth[_-]?token|passw(?:or)?d)[\"']?\s{0,3}[:=]\s{0,3}"
    r"[\"']?(?P<key>[A-Za-z0-9+/_=-]{20,200})"
)
"""A value that is called a key; it is one when its letters look drawn at random."""
SECRET_PARTS = (
    *("AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "hf_", "sk-", "xox", "xapp-"),
    *(
        "hooks.slack",
        "/webhooks/",
        "AIza",
        "ya29.",
        "GOCSPX",
        "glpat-",
        "k_live_",
        "whsec_",
        "SG.",
        "npm_",
        "pypi-",
    ),
    *("dop_v1_", "shpat_", "shpss_", "gsk_", "r8_", "AccountKey=", "eyJ", "PRIVATE KEY"),
)
"""One of them is in every text with a key of a known form."""
KEY_NAMES = ("key", "secret", "token", "passw")
"""One of them is, in lower case, in every text with a named key."""
_RANDOM_BITS = 3.5
"""Bits per character from which text is no word; English words have about 3, random base 64 about 4.5."""
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


def _ipv6(text: str) -> bool:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)


def _phone(text: str) -> bool:
    return 7 <= len(_digits(text)) <= 15


def _always(_text: str) -> bool:
    return True


_AT = re.compile("@")
_BEFORE_AT, _BEHIND_AT = 64, 300
"""Characters around its sign that an e-mail address has at most."""
_RUN = re.compile(r"[+(\d](?:(?<=\d)|(?<=\+)\(?\d|(?<=\()\d)[\d ().+/x-]{6,}")
"""Of what cards, social security numbers and phone numbers consist, and as long as the shortest of them. It
begins with one set of characters, as that is found several times faster."""
_SEEN_AFTER = 2
"""Characters after a number that its form looks at."""
_ACCOUNT = re.compile(r"\d\d(?<=[A-Za-z]{2}\d\d)")
_DOTTED = re.compile(r"\.\d{1,3}\.\d{1,3}\.\d")
_COLONS = re.compile(r":[0-9A-Fa-f]{1,4}:")

KINDS: tuple[tuple[str, re.Pattern[str] | None, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("e-mail address", _AT, _EMAIL, _always),
    ("bank account (IBAN)", _ACCOUNT, _IBAN, iban),
    ("payment card", None, _CARD, luhn),
    ("social security number", None, _SSN, _always),
    ("IP address", _DOTTED, _IPV4, _public_address),
    ("IP address", _COLONS, _IPV6, _ipv6),
    ("phone number", None, _PHONE, _phone),
)
"""Kind, what a text holds at least (None: a run of digits), form, proof; most certain first: what one kind
claims, later kinds do not see."""


def private_spans(text: str) -> list[tuple[int, int, str]]:
    """Places of private data: start, end, kind; empty for most texts, which cheap tests find."""
    spans: list[tuple[int, int, str]] = []
    runs = [(found.start(), found.end() + _SEEN_AFTER) for found in _RUN.finditer(text)]
    for kind, hint, pattern, valid in KINDS:
        for found in _all_of(pattern, text, runs if hint is None else _places(hint, text)):
            if valid(found.group()):
                _claim(spans, *found.span(), kind)
    for found in _all_of(_GROUPED, text, runs):
        if _phone(found.group()) and _said_to_be_a_phone(text, *found.span()):
            _claim(spans, *found.span(), "phone number")
    return spans


def _places(hint: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """Where a text that holds a hint is looked through: around the signs of addresses, else everywhere."""
    if hint is not _AT:
        return [(0, len(text))] if hint.search(text) else []
    places: list[tuple[int, int]] = []
    for sign in (found.start() for found in _AT.finditer(text)):
        start, end = max(0, sign - _BEFORE_AT), sign + _BEHIND_AT
        if places and start <= places[-1][1]:
            start = places.pop()[0]
        places.append((start, end))
    return places


def _all_of(
    pattern: re.Pattern[str], text: str, places: Iterable[tuple[int, int]]
) -> Iterator[re.Match[str]]:
    """All matches within some places of a text."""
    for start, end in places:
        yield from pattern.finditer(text, start, end)


def _claim(spans: list[tuple[int, int, str]], start: int, end: int, kind: str) -> None:
    if not any(start < last and first < end for first, last, _ in spans):
        spans.append((start, end, kind))


def _said_to_be_a_phone(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _BEFORE) : start]
    return bool(_SAID_BEFORE.search(before) or _SAID_AFTER.match(text, end))


def secret_spans(text: str) -> list[tuple[int, int, str]]:
    """Places of keys and tokens that open other systems."""
    spans: list[tuple[int, int, str]] = []
    if any(each in text for each in SECRET_PARTS):
        spans += [(*found.span(), "secret") for found in _SECRET.finditer(text)]
    lowered = text.lower()
    if any(each in lowered for each in KEY_NAMES):
        named = (found for found in _NAMED_SECRET.finditer(text) if looks_random(found["key"]))
        spans += [(*found.span("key"), "secret") for found in named]
    return spans


def looks_random(text: str) -> bool:
    """True for letters and digits in no order, by their entropy (Shannon 1948); not for placeholders."""
    letters, digits = sum(each.isalpha() for each in text), sum(each.isdigit() for each in text)
    if not letters or digits < 3:
        return False
    counts = Counter(text).values()
    bits = -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
    return bits >= _RANDOM_BITS


def masked(text: str) -> str:
    """The text with private data and secrets replaced by what they are."""
    return replaced(text, [*secret_spans(text), *private_spans(text)])


def replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    end_of_last = 0
    parts = []
    for start, end, kind in sorted(spans):
        if start < end_of_last:
            continue
        parts += [text[end_of_last:start], f"[{kind}]"]
        end_of_last = end
    return "".join([*parts, text[end_of_last:]])
