"""Serves rows of a Parquet or Arrow file by number: a page as one line of JSON for each that is asked for."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from advisor.rows.column_pages import PAGE
from advisor.work.data.columnar import columnar_kind

_LONGEST = 1 << 20
"""Characters of one text that are sent."""

Slice = Callable[[int], list[dict[str, object]]]


def main() -> int:
    """Say the number of rows, then a page from each 0-based row that standard input names, until it ends."""
    path = Path(sys.argv[1])
    rows, page = _parquet(path) if columnar_kind(path) == "parquet" else _arrow(path)
    _say(rows)
    for line in sys.stdin:
        _say(page(int(line)))
    return 0


def _parquet(path: Path) -> tuple[int, Slice]:
    """Polars reads only the pages of the file in which the rows are."""
    import polars as pl
    import pyarrow.parquet as pq

    return pq.read_metadata(
        path
    ).num_rows, lambda start: pl.scan_parquet(path, glob=False).slice(start, PAGE).collect().to_dicts()


def _arrow(path: Path) -> tuple[int, Slice]:
    """The file is mapped: what is not looked at is not read."""
    import pyarrow as pa

    mapped = pa.memory_map(str(path))
    try:
        table = pa.ipc.open_file(mapped).read_all()
    except pa.ArrowInvalid:
        table = pa.ipc.open_stream(pa.memory_map(str(path))).read_all()
    return table.num_rows, lambda start: table.slice(start, PAGE).to_pylist()


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(_short(value), ensure_ascii=True, default=str) + "\n")
    sys.stdout.flush()


def _short(value: object) -> object:
    """The same value with long texts cut."""
    match value:
        case str():
            return value[:_LONGEST]
        case list():
            return [_short(each) for each in value]
        case dict():
            return {str(name): _short(each) for name, each in value.items()}
        case _:
            return value


if __name__ == "__main__":
    sys.exit(main())
