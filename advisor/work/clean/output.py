"""One cleaned row in the container of its source."""

import csv
import io
import json
import re

import orjson

from advisor.work.clean.records import Record
from advisor.work.data.delimited import Dialect
from advisor.work.data.rows import Row

Value = dict[str, object]
_FORMULA = re.compile(r"\s*[=@]\S|\s*[+-][A-Za-z(]")
"""How a cell begins that is a formula; a number with its sign is none."""
_END = "\r\n"
"""The writer quotes line breaks inside a field only when they occur in the line end that it is given."""


def json_line(value: Value, like: bytes | None) -> bytes:
    """A row as JSON, spaced, escaped and ended as the line it comes from."""
    if like is None:
        return orjson.dumps(value, default=str) + b"\n"
    spaced = b'": ' in like
    text = json.dumps(
        value,
        ensure_ascii=like.isascii() and b"\\u" in like,
        separators=None if spaced else (",", ":"),
    )
    return text.encode("utf-8", "replace") + ending_of(like)


def precise(raw: bytes) -> Value | None:
    """The row with its numbers as they stand: long whole numbers keep every digit."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def delimited_line(value: Value, dialect: Dialect, like: bytes) -> bytes:
    """A row as delimited text; in a file without quotation, delimiters and line breaks become spaces."""
    texts = [str(value.get(name, "")) for name in dialect.header]
    line = io.StringIO()
    if dialect.quoted:
        csv.writer(line, delimiter=dialect.delimiter, lineterminator=_END).writerow(texts)
    else:
        flat = [" ".join(each.replace(dialect.delimiter, " ").splitlines()) for each in texts]
        line.write(dialect.delimiter.join(flat))
    return line.getvalue().removesuffix(_END).encode("utf-8", "replace") + ending_of(like)


def has_formula(value: Value) -> bool:
    """True when a spreadsheet would run a cell of the row instead of showing it."""
    return any(isinstance(each, str) and _FORMULA.match(each) for each in value.values())


def untouched(record: Record) -> bytes | None:
    """The record's own bytes; None when it cannot be carried over."""
    if record.raw is not None:
        return record.raw
    return (
        orjson.dumps(record.content.value, default=str) + b"\n" if isinstance(record.content, Row) else None
    )


def ending_of(line: bytes) -> bytes:
    """The line break at the end of a line; a line feed for a last line without one."""
    return b"\r\n" if line.endswith(b"\r\n") else b"\n"
