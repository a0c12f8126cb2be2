"""Parquet and Arrow files, row by row in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from advisor.errors import BadData
from advisor.text import one_line
from advisor.work.data.row import Row
from heuristics.facts.data import FormatFacts, RowProblem

if TYPE_CHECKING:
    import pyarrow as pa

_PARQUET, _ARROW_FILE, _ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
_BATCH_ROWS = 1_000
_HEAD = 8


@dataclass(slots=True)
class ColumnarRows:
    """An open Parquet or Arrow file and its rows; close it by leaving the `with` block."""

    container: Literal["parquet", "arrow"]
    file: BinaryIO
    rows: Iterator[Row | RowProblem]
    size: int
    read: int = 0
    total: int = 0
    """Rows of the file, 0 when it does not say."""
    cut_short: bool = False

    def position(self) -> int:
        """Bytes of the file that have been read, as far as its count of rows tells."""
        if self.total:
            return self.size * self.read // self.total
        return 0 if self.file.closed else min(self.file.tell(), self.size)

    def described(self, format_: FormatFacts) -> FormatFacts:
        """The format with what is known of the container."""
        return replace(format_, encoding="utf-8")

    def __enter__(self) -> "ColumnarRows":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def columnar_kind(path: Path) -> Literal["parquet", "arrow"] | None:
    """What the first bytes say; None for other files."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_PARQUET):
        return "parquet"
    return "arrow" if head.startswith((_ARROW_FILE, _ARROW_STREAM)) else None


def open_columnar(path: Path, kind: Literal["parquet", "arrow"]) -> ColumnarRows:
    """Open a file of columns; raises BadData when it is damaged or was cut off."""
    import pyarrow as pa

    file = path.open("rb")
    opened = ColumnarRows(kind, file, iter(()), path.stat().st_size)
    try:
        batches = _parquet(file, opened) if kind == "parquet" else _arrow(file)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        file.close()
        name, what = one_line(path.name, 60), "Parquet" if kind == "parquet" else "Arrow"
        raise BadData(
            f"{name} is not a complete {what} file: {one_line(str(error), 100)}", "Get the file again."
        ) from error
    opened.rows = _rows(batches, opened)
    return opened


def _parquet(file: BinaryIO, opened: ColumnarRows) -> "Iterator[pa.RecordBatch]":
    import pyarrow.parquet as pq

    table = pq.ParquetFile(file, memory_map=False, pre_buffer=False)
    opened.total = table.metadata.num_rows
    batches: Iterator[pa.RecordBatch] = table.iter_batches(_BATCH_ROWS, use_threads=False)
    return batches


def _arrow(file: BinaryIO) -> "Iterator[pa.RecordBatch]":
    """Batches of an Arrow file or stream; saved `datasets` folders hold streams."""
    import pyarrow as pa

    start = file.read(_HEAD)
    file.seek(0)
    if not start.startswith(_ARROW_FILE):
        return iter(pa.ipc.open_stream(file))
    reader = pa.ipc.open_file(file)
    return (reader.get_batch(number) for number in range(reader.num_record_batches))


def _rows(batches: "Iterator[pa.RecordBatch]", opened: ColumnarRows) -> Iterator[Row | RowProblem]:
    """Rows numbered from 1; a fault ends the file, because what follows cannot be told apart."""
    import pyarrow as pa

    number = 0
    try:
        for batch in batches:
            for start in range(0, batch.num_rows, _BATCH_ROWS):
                for value in batch.slice(start, _BATCH_ROWS).to_pylist():
                    number += 1
                    opened.read = number
                    yield Row(number, value)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        opened.cut_short = True
        why = one_line(str(error), 80)
        yield RowProblem(number + 1, f"the rest cannot be read, the file is damaged here: {why}")
