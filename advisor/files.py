"""Files that survive a crash: atomic writes, and a lock that a dead process cannot keep."""

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from advisor.errors import BadInput, CaseInUse, NoSpace


def write_atomic(path: Path, data: str | bytes, mode: int = 0o600) -> None:
    """Replace `path` by `data` so that a reader sees the old file or the new one, never a part.

    Raises NoSpace when the disk is full; the old file is then untouched.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(
                f"No space left to write {path.name}", "Free some disk space and try again."
            ) from error
        raise


def sweep_temporaries(folder: Path) -> None:
    """Remove what writers left in `folder` that were killed before their rename.

    Only for a folder whose writers are shut out by a lock.
    """
    for left in folder.glob(".*.tmp"):
        with suppress(OSError):
            left.unlink()


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def private_folder(path: Path) -> Path:
    """Create a folder, and its parents, that only the user can read."""
    # What is given to mkdir with parents=True holds for the last folder alone.
    for each in (*reversed(path.parents), path):
        if not each.is_dir():
            each.mkdir(mode=0o700, exist_ok=True)
    return path


def cannot_be_written_to(folder: Path, error: OSError) -> BadInput:
    """The refusal of a folder in which no case can be kept."""
    return BadInput(
        f"{folder} cannot be written to: {error.strerror}",
        "Name a folder that can be written to: --case DIR, or export ADVISOR_HOME=/some/folder",
    )


def is_locked(path: Path) -> bool:
    """True while a living process holds the lock at `path`."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock at `path`; the kernel drops it when this process dies, however it dies.

    Raises CaseInUse when another process holds it, BadInput where its folder cannot be written to.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise cannot_be_written_to(path.parent, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(handle, 64).decode("ascii", "replace").strip()
            raise CaseInUse(
                f"{path.parent.name} is in use by process {owner or '?'}", "Close the other window, or wait."
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
