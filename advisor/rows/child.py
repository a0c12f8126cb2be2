"""Child processes that read a file for this one, whose libraries stay out of it."""

import subprocess
import sys
import tempfile
from contextlib import suppress


def start(module: str, file: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start a module of `advisor.work` on a file; what it writes is read from its standard output.

    It works in another folder than the user's, where a module may be named like one of a library.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-m", f"advisor.work.{module}", file],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
    )


def end(child: subprocess.Popen[bytes]) -> None:
    """End it at once, and close its streams."""
    child.kill()
    child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
