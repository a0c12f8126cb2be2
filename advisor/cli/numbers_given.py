"""Numbers on the command line, with a plain word about what is none."""

import argparse
import math

from advisor.text import one_line


def positive(text: str) -> float:
    """A finite number above 0; raises ArgumentTypeError."""
    value = not_negative(text)
    if value == 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return value


def not_negative(text: str) -> float:
    """A finite number, 0 or above; raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{one_line(text, 40)} is not a number") from None
    if not math.isfinite(value) or value < 0:
        raise argparse.ArgumentTypeError("must be a number, 0 or above")
    return value


def whole(text: str) -> int:
    """A whole number, 1 or above; raises ArgumentTypeError."""
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{one_line(text, 40)} is not a whole number") from None
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or above")
    return value
