"""Files that appear all at once and whole, or not at all."""

import errno
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from advisor.errors import NoSpace
from advisor.files import sync_folder
from advisor.numbers import size

_MARGIN = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT)


def check_space(folder: Path, needed: int) -> None:
    """Raises NoSpace when `folder` cannot take `needed` bytes and a little more."""
    free = shutil.disk_usage(folder).free
    if free < needed + _MARGIN:
        raise NoSpace(
            f"The cleaned copy needs {size(needed + _MARGIN)}, the disk has {size(free)}",
            "Free some disk space, or choose another folder.",
        )


class NewFiles:
    """Several files of one folder: written beside their names, given their names together at the end, in
    the order in which they were created: where the last one is, all are.

    Leaving the block by an error, or without `publish`, leaves nothing behind; a full disk raises NoSpace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[Path, tuple[BinaryIO, str]] = {}

    def create(self, name: str) -> BinaryIO:
        """A file to write to; it gets its name when published."""
        handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=f".{name[:40]}.", suffix=".tmp")
        file = os.fdopen(handle, "wb", buffering=1 << 20)
        self._open[self._folder / name] = (file, temporary)
        return file

    def temporary(self, name: str) -> Path:
        """Where a file lies until it is published; everything written so far is there."""
        file, temporary = self._open[self._folder / name]
        file.flush()
        return Path(temporary)

    def publish(self) -> None:
        """Make every file durable, then give all of them their names."""
        for file, _ in self._open.values():
            file.flush()
            os.fsync(file.fileno())
            file.close()
        for path, (_, temporary) in self._open.items():
            os.replace(temporary, path)
        self._open.clear()
        sync_folder(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for file, temporary in self._open.values():
            with suppress(OSError):
                file.close()
            with suppress(FileNotFoundError):
                os.unlink(temporary)
        if isinstance(error, OSError) and error.errno in _FULL:
            raise NoSpace(
                "No space left to write the cleaned copy; nothing was left behind",
                "Free some disk space, or choose another folder.",
            ) from error
