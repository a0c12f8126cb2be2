"""Text files that are read whole: never a pipe, a device, or anything without measure."""

import stat
from pathlib import Path


def small_text(path: Path, largest: int, encoding: str = "utf-8") -> str:
    """The text of a regular file of at most `largest` bytes; raises OSError, or ValueError in words."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is not a regular file")
    if status.st_size > largest:
        raise ValueError(f"it is larger than {largest:,} bytes")
    with path.open("rb") as file:
        raw = file.read(largest + 1)
    if len(raw) > largest:
        raise ValueError(f"it is larger than {largest:,} bytes")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not text in UTF-8: byte {error.start + 1:,}") from error
