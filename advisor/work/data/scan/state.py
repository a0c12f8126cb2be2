"""What is kept of every usable row: a fixed number of bytes and its word hashes, in files or in memory."""

import mmap
import sys
from collections.abc import Mapping, Sequence
from io import FileIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.work.data.scan.signs import FOREIGN
from advisor.work.data.scan.sketch import BANDS, bands_of
from advisor.work.data.scan.words import TextWords, Words, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.generic]
    Parts = Mapping[str, Column]

_WORDS = "word"
"""Name under which the words of all rows are kept."""
ONE_TURN = 1
"""Flag of rows with one question and one answer."""
BAND_COLUMNS = tuple(f"band{number}" for number in range(BANDS))
COLUMNS: Mapping[str, str] = {
    "line": "u8",
    "content": "u8",
    "asked": "u8",
    "answer": "u8",
    "digits": "u4",
    "words": "u4",
    "flags": "u1",
    **dict.fromkeys(BAND_COLUMNS, "u8"),
}
"""Name -> type of what is kept of a row: 105 bytes."""
LENGTHS: Mapping[str, str] = {"prompt_tokens": "u4", "answer_tokens": "u4", "characters": "u4"}
"""Kept besides where tokens are counted."""
_SQUEEZED = bytes(range(65)) + bytes(range(97, 123)) + bytes(range(91, 256))
_SPACES = bytes((9, 10, 11, 12, 13, 32))


def row_state(
    lines: Sequence[int],
    systems: Sequence[str],
    prompts: Sequence[str],
    answers: Sequence[str],
    turns: Sequence[int],
    words: TextWords | None = None,
) -> tuple["Parts", "NDArray[np.uint32]"]:
    """The columns of these rows but token counts, and their word hashes.

    `content` is the same for rows that differ in case and white space alone, `asked` for rows whose prompts
    differ in case, spacing and prose punctuation, `answer` for answers as alike as contents are. `words` are
    those of prompts and answers, where they are known (`words_of_pairs`).
    """
    import numpy as np

    words = words or words_of_pairs(prompts, answers)
    orders = words.order
    exact = orders * np.uint64(0x9E3779B97F4A7C15) ^ words.marks
    for place in np.flatnonzero(words.signs == FOREIGN).tolist():
        exact[place] ^= np.uint64(squeezed((answers if place % 2 else prompts)[place // 2]))
    told = np.fromiter((_told(each) for each in systems), np.uint64, len(systems))
    digits = words.digits[::2] ^ _rotated(words.digits[1::2])
    rows = Words(words.hashes, words.bounds[::2])
    raw = np.fromiter((not each for each in prompts), np.bool_, len(prompts))
    answer = exact[1::2]
    asked = np.where(raw, orders[1::2], orders[::2]) ^ told
    content = (exact[::2] ^ told) * np.uint64(0xC2B2AE3D27D4EB4F) ^ answer
    bands = bands_of(rows)
    columns: dict[str, Column] = {
        "line": np.fromiter(lines, np.uint64, len(lines)),
        "content": content,
        "asked": asked,
        "answer": answer,
        "digits": digits,
        "words": rows.counts.astype(np.uint32),
        "flags": np.fromiter((each == 1 for each in turns), np.uint8, len(turns)),
        **{name: bands[number] for number, name in enumerate(BAND_COLUMNS)},
    }
    return columns, words.hashes


def words_of_pairs(prompts: Sequence[str], answers: Sequence[str]) -> TextWords:
    """The words of each prompt and, after it, of its answer."""
    return words_of(list(chain.from_iterable(zip(prompts, answers, strict=True))))


def squeezed(text: str) -> int:
    """A hash of the text without its white space, in small letters."""
    import xxhash

    raw = text.encode() if text.isascii() else text.casefold().encode("utf-8", "surrogatepass")
    return xxhash.xxh3_64_intdigest(raw.translate(_SQUEEZED, _SPACES))


def _told(system: str) -> int:
    return squeezed(system) if system else 0


def _rotated(values: "NDArray[np.uint32]") -> "NDArray[np.uint32]":
    import numpy as np

    turned: NDArray[np.uint32] = (values << np.uint32(7)) | (values >> np.uint32(25))
    return turned


class RowStore:
    """The columns of all rows in the order of the file.

    With a folder they lie in files that are mapped into memory when read; the words of all rows, which are
    many times as large, are read where they are wanted. Without a folder they stay in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._kept: dict[str, list[Column]] = {}
        self._open: dict[str, Column] = {}
        self._words_file: FileIO | None = None
        self.rows = 0
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for old in folder.glob("*.column"):
                old.unlink()

    def append(self, columns: "Parts", words: "NDArray[np.uint32]") -> None:
        """Take in the next rows."""
        for name, values in {**columns, _WORDS: words}.items():
            if self._folder is None:
                self._kept.setdefault(name, []).append(values)
            else:
                with (self._folder / f"{name}.column").open("ab") as file:
                    file.write(values.tobytes())
        self.rows += len(columns["line"])

    def column(self, name: str) -> "NDArray[np.generic]":
        """One value for each row."""
        import numpy as np

        if name not in self._open:
            dtype = {**COLUMNS, **LENGTHS, _WORDS: "u4"}[name]
            if self._folder is None:
                parts = self._kept.get(name, [])
                self._open[name] = np.concatenate(parts) if parts else np.empty(0, dtype)
            else:
                path = self._folder / f"{name}.column"
                filled = path.exists() and path.stat().st_size
                self._open[name] = np.memmap(path, dtype, "r") if filled else np.empty(0, dtype)
        return self._open[name]

    def words(self, starts: "NDArray[np.int64]", ends: "NDArray[np.int64]") -> "NDArray[np.uint32]":
        """The words from each start to its end, counted over all rows, one range after the other."""
        import numpy as np

        counts = ends - starts
        if self._folder is None:
            places = np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
            return np.asarray(self.column(_WORDS)[places], dtype=np.uint32)
        read = np.empty(int(counts.sum()), dtype=np.uint32)
        if not len(read):
            return read
        first = np.concatenate((np.ones(1, np.bool_), starts[1:] != ends[:-1]))
        heads = np.flatnonzero(first)
        sizes = np.add.reduceat(counts, heads)
        if self._words_file is None:
            self._words_file = (self._folder / f"{_WORDS}.column").open("rb", buffering=0)
        room, at = read.data.cast("B"), 0
        for start, size in zip((starts[heads] * 4).tolist(), (sizes * 4).tolist(), strict=True):
            self._words_file.seek(start)
            self._words_file.readinto(room[at : at + size])
            at += size
        return read

    def forget(self, name: str) -> None:
        """Give the memory of a mapped column back to the system; reading it again is possible."""
        import numpy as np

        column = self._open.get(name)
        if isinstance(column, np.memmap) and sys.platform == "linux":
            mapped = column.base
            if isinstance(mapped, mmap.mmap):
                mapped.madvise(mmap.MADV_DONTNEED)

    def remove(self) -> None:
        """Delete the files."""
        self._open.clear()
        self._kept.clear()
        if self._words_file is not None:
            self._words_file.close()
            self._words_file = None
        if self._folder is not None:
            for path in self._folder.glob("*.column"):
                path.unlink()
            self._folder.rmdir()


def words_of_rows(store: RowStore, bounds: "NDArray[np.int64]", rows: "NDArray[np.int64]") -> Words:
    """The word hashes of some rows; `bounds` says where each row's words begin."""
    import numpy as np

    starts, ends = bounds[rows], bounds[rows + 1]
    begins = np.concatenate((np.zeros(1, np.int64), np.cumsum(ends - starts)))
    return Words(store.words(starts, ends), begins)


def word_bounds(store: RowStore) -> "NDArray[np.int64]":
    """Where each row's words begin among those of all rows, and where the last one's end."""
    import numpy as np

    bounds = np.zeros(store.rows + 1, dtype=np.int64)
    np.cumsum(store.column("words"), out=bounds[1:])
    return bounds
