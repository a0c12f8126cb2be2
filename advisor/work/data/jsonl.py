"""JSON Lines: one object per line, each failure a problem of its own line."""

import json
from collections.abc import Iterator

import orjson

from advisor.text import one_line
from advisor.work.data.limits import data_limits
from advisor.work.data.row import Row
from advisor.work.data.source import Stream
from heuristics.facts.data import RowProblem

_EXCERPT = 120
SEVERAL = "more than one JSON value on this line"
"""Why a line is no row that holds several."""


def jsonl_rows(stream: Stream, first_line: int = 1) -> Iterator[Row | RowProblem]:
    """Rows and problems, in order; blank lines are skipped; memory is bounded by the longest line allowed."""
    longest = data_limits().reader.longest_line_bytes
    number = first_line - 1
    while line := stream.readline(longest + 1):
        number += 1
        if len(line) > longest:
            _skip_line(stream, line, longest)
            yield RowProblem(number, f"line longer than {longest:,} bytes, skipped", excerpt(line[:400]))
            continue
        if not line.strip():
            continue
        yield read_object(line, number)


def read_object(line: bytes, number: int) -> Row | RowProblem:
    """One line as a row, or why it is none."""
    try:
        value = orjson.loads(line.rstrip(b"\r\n"))
    except orjson.JSONDecodeError as error:
        return RowProblem(number, reason_for(line, error), excerpt(line))
    if not isinstance(value, dict):
        return RowProblem(number, f"not an object but {kind_of(value)}", excerpt(line))
    return Row(number, value)


def several_objects(line: bytes) -> list[bytes]:
    """The objects that stand on one line, each as it stands; empty when it holds anything else."""
    try:
        text = line.decode("utf-8").strip()
    except UnicodeDecodeError:
        return []
    decoder, at, found = json.JSONDecoder(), 0, []
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        if not isinstance(value, dict):
            return []
        found.append(text[at:end].encode())
        at = end + len(text[end:]) - len(text[end:].lstrip(" \t\r,"))
    return found


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    match value:
        case list():
            return "an array"
        case str():
            return "a string"
        case None:
            return "null"
        case bool():
            return "true or false"
        case _:
            return "a number"


def excerpt(line: bytes) -> str:
    """The start of a line, safe to show, private values masked."""
    from advisor.private import masked

    return masked(one_line(line[:1000].decode("utf-8", "replace"), _EXCERPT))


def reason_for(line: bytes, error: orjson.JSONDecodeError) -> str:
    """Why a line is not JSON, in words."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return wrong_byte(line, wrong)
    if b"\x00" in line:
        return f"NUL byte at column {line.index(0) + 1}"
    return _named_by_json(text) or _position(text, error)


def wrong_byte(line: bytes, wrong: UnicodeDecodeError) -> str:
    """Names a byte that is not UTF-8, with what Windows-1252 would make of it."""
    near = one_line(line[max(0, wrong.start - 8) : wrong.start + 9].decode("cp1252", "replace"), 20)
    return (
        f"not UTF-8: byte 0x{line[wrong.start]:02X} at position {wrong.start + 1} (as Windows-1252: “{near}”)"
    )


def _position(text: str, error: orjson.JSONDecodeError) -> str:
    body = text.rstrip()
    if "recursion" in error.msg.lower() or "depth" in error.msg.lower():
        return "nested too deeply"
    if not text.endswith("\n") and error.pos >= len(body) - 1 and not body.endswith("}"):
        return "cut off: the last line is incomplete"
    if "unexpected end" in error.msg.lower():
        return "the line was cut off: it ends inside the value"
    if "surrogate" in error.msg.lower():
        return f"half of a surrogate pair at column {error.colno}"
    return f"not valid JSON at column {error.colno}: {one_line(error.msg, 80)}"


def _named_by_json(text: str) -> str | None:
    """Faults that the tolerant parser of the standard library can tell apart."""
    seen: list[str] = []
    decoder = json.JSONDecoder(parse_constant=seen.append)
    try:
        _, end = decoder.raw_decode(text.strip())
    except RecursionError:
        return "nested too deeply"
    except ValueError:
        return None
    if seen:
        return f"contains {seen[0]}, which is not standard JSON"
    rest = text.strip()[end:].strip()
    if rest.startswith(("{", "[")):
        return SEVERAL
    return f"text after the end of the JSON value: {one_line(rest, 30)}" if rest else None


def _skip_line(stream: Stream, start: bytes, chunk: int) -> None:
    while start and not start.endswith(b"\n"):
        start = stream.readline(chunk)
