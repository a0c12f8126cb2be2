"""All faults of a preset in one message, each with its key and the nearest valid name."""

from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError

from advisor.text import one_line

SHOWN = 5
"""Faults named; the rest are counted."""


def faults_of(error: ValidationError, shape: type[BaseModel]) -> str:
    """Every fault as `key: what is wrong`, at most SHOWN of them."""
    faults = error.errors(include_url=False)
    texts = [
        f"{_where(fault['loc'])}: {_what(fault['type'], fault['msg'], fault['loc'], shape)}"
        for fault in faults
    ]
    rest = f" … and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return one_line("; ".join(texts[:SHOWN]) + rest, 1000)


def _where(location: tuple[int | str, ...]) -> str:
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).lstrip(".")


def _what(kind: str, message: str, location: tuple[int | str, ...], shape: type[BaseModel]) -> str:
    if kind != "extra_forbidden":
        return message
    near = get_close_matches(str(location[-1]), _names(location[:-1], shape), n=1)
    return f"not a known key, did you mean {near[0]}?" if near else "not a known key"


def _names(location: tuple[int | str, ...], shape: type[BaseModel]) -> list[str]:
    for part in location:
        if isinstance(part, str) and part in shape.model_fields:
            inner = next(iter(get_args(shape.model_fields[part].annotation)), None)
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                shape = inner
    return list(shape.model_fields)
