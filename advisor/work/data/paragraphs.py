"""Plain text: paragraphs between blank lines, or lines when there are none."""

from collections.abc import Iterator

from advisor.work.data.jsonl import excerpt, wrong_byte
from advisor.work.data.limits import data_limits
from advisor.work.data.row import Row
from advisor.work.data.source import Source
from heuristics.facts.data import RowProblem


def paragraph_rows(source: Source) -> Iterator[Row | RowProblem]:
    """Rows of one column "text"."""
    by_paragraph = has_paragraphs(source.head)
    longest = data_limits().reader.longest_line_bytes
    waiting: list[bytes] = []
    size, start, number = 0, 1, 0
    while line := source.stream.readline(longest + 1):
        number += 1
        if line.strip():
            start = start if waiting else number
            waiting.append(line)
            size += len(line)
        if waiting and (not by_paragraph or not line.strip() or size > longest):
            yield _row(waiting, start, longest)
            waiting, size = [], 0
    if waiting:
        yield _row(waiting, start, longest)


def has_paragraphs(head: bytes) -> bool:
    """True for a text that is divided by blank lines, False for one whose lines are its rows."""
    return b"\n\n" in head.replace(b"\r\n", b"\n").strip()


def _row(lines: list[bytes], start: int, longest: int) -> Row | RowProblem:
    joined = b"".join(lines)
    if len(joined) > longest:
        return RowProblem(start, f"paragraph longer than {longest:,} bytes, skipped", excerpt(joined[:400]))
    try:
        return Row(start, {"text": joined.decode("utf-8").strip()})
    except UnicodeDecodeError as error:
        return RowProblem(start, wrong_byte(joined, error), excerpt(joined))
