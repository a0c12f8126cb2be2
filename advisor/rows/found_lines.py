"""Lines of the rows that a check found, one small file per check in the folder of the profile's run.

The file `rows/<check>.u64` holds the 1-based lines (row numbers for JSON arrays) as little-endian unsigned
64-bit integers, ascending, without a header: line n of the list stands at byte 8n.
"""

import sys
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

ROWS_FOLDER = "rows"
_SUFFIX = ".u64"
_WIDTH = 8


def clear_lines(run: Path) -> None:
    """Make room for the lines of a new pass over the data; those of an earlier one are gone."""
    folder = run / ROWS_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.glob(f"*{_SUFFIX}"):
        old.unlink()


def add_lines(run: Path, check: str, packed: bytes) -> None:
    """Add the next lines that a check found, packed as the file holds them."""
    with (run / ROWS_FOLDER / f"{check}{_SUFFIX}").open("ab") as file:
        file.write(packed)


def read_lines(run: Path, check: str) -> "RowLines | None":
    """The lines of one check, None when the run kept none or the file is damaged."""
    path = run / ROWS_FOLDER / f"{check}{_SUFFIX}"
    try:
        size = path.stat().st_size
    except (OSError, ValueError):
        return None
    return RowLines(path, size // _WIDTH) if size % _WIDTH == 0 else None


class RowLines(Sequence[int]):
    """A list of lines that stays on disk: a million lines cost no memory."""

    def __init__(self, path: Path, count: int) -> None:
        self._path = path
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int, /) -> int: ...
    @overload
    def __getitem__(self, place: slice, /) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice, /) -> int | Sequence[int]:
        if isinstance(place, slice):
            start, stop, step = place.indices(self._count)
            return self._read(start, max(0, stop - start))[::step]
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return self._read(place % self._count, 1)[0]

    def __iter__(self) -> Iterator[int]:
        for start in range(0, self._count, 8192):
            yield from self._read(start, 8192)

    def _read(self, start: int, count: int) -> list[int]:
        with self._path.open("rb") as file:
            file.seek(start * _WIDTH)
            numbers = array("Q", file.read(count * _WIDTH))
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers.tolist()
