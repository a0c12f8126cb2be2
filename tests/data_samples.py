"""Makes small data files for tests, in every format and with every fault."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from advisor.rows.found_lines import add_lines, clear_lines
from advisor.specs import DataChoice
from advisor.work.data.load import Loaded, load
from heuristics.facts.data import Columns

Row = dict[str, object]

WORDS = (
    "river",
    "lamp",
    "market",
    "stone",
    "garden",
    "winter",
    "letter",
    "bridge",
    "window",
    "harbour",
    "candle",
)


def question(number: int) -> str:
    """A question that is like no other of its numbers."""
    first, second = WORDS[number % 11], WORDS[(number // 11) % 11]
    return f"What connects the {first} and the {second} in story {number}?"


def question_rows(count: int) -> list[Row]:
    """Distinct rows of question and answer."""
    return [{"question": question(n), "answer": f"They share chapter {n * 7}."} for n in range(count)]


def message_row(*turns: tuple[str, str]) -> Row:
    """A row of the messages format: (role, content) for each turn."""
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def label_rows(counts: dict[str, int]) -> list[Row]:
    """Rows of text and label, as many of each label as asked."""
    labels = [label for label, count in counts.items() for _ in range(count)]
    return [{"text": question(n), "label": label} for n, label in enumerate(labels)]


def write_jsonl(path: Path, rows: Iterable[Row | str | bytes]) -> Path:
    """JSON Lines; strings and bytes are written as they stand."""
    lines = [
        each if isinstance(each, bytes) else (each if isinstance(each, str) else json.dumps(each)).encode()
        for each in rows
    ]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",") -> Path:
    """A properly quoted file with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def load_file(path: Path, columns: Columns | None = None) -> Loaded:
    """What the loader makes of a file."""
    return load(DataChoice(path=path, columns=columns))


def load_rows(folder: Path, rows: Iterable[Row | str | bytes]) -> Loaded:
    """What the loader makes of JSON Lines with these rows."""
    return load_file(write_jsonl(folder / "rows.jsonl", rows))


def keep_lines(run: Path, check: str, lines: Iterable[int]) -> None:
    """What a profile keeps of one check: its lines, ascending."""
    clear_lines(run)
    add_lines(run, check, b"".join(each.to_bytes(8, "little") for each in lines))
