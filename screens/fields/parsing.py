"""What a person types, turned into a value or into words that say what would be right."""

import math

from advisor.errors import BadInput
from advisor.text import one_line

_YES = ("yes", "y", "true", "on", "1")
_NO = ("no", "n", "false", "off", "0")


def real(text: str, low: float, high: float, unit: str = "") -> float:
    """A number from low to high; raises BadInput otherwise."""
    wanted = f"Type a number from {low:g} to {high:g}{f' {unit}' if unit else ''}"
    try:
        value = float(text.replace(",", "").strip())
    except ValueError:
        raise BadInput(f"{one_line(text, 40) or 'Nothing'} is not a number", wanted) from None
    if not math.isfinite(value) or not low <= value <= high:
        raise BadInput(f"{one_line(text, 40)} is out of range", wanted)
    return value


def whole(text: str, low: int, high: int, unit: str = "") -> int:
    """A whole number from low to high; raises BadInput otherwise."""
    value = real(text, low, high, unit)
    if value != int(value):
        raise BadInput(f"{one_line(text, 40)} is not a whole number", f"Type one from {low:,} to {high:,}")
    return int(value)


def yes_or_no(text: str) -> bool:
    """True or False; raises BadInput otherwise."""
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadInput(f"{one_line(text, 40) or 'Nothing'} is neither yes nor no", "Type yes or no")


def one_of(text: str, allowed: tuple[str, ...]) -> str:
    """One of the allowed words; raises BadInput otherwise."""
    word = text.strip().lower()
    if word not in allowed:
        raise BadInput(
            f"{one_line(text, 40) or 'Nothing'} is not known", f"Type one of: {', '.join(allowed)}"
        )
    return word
