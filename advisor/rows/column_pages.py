"""Rows of a Parquet or Arrow file by number, from a child process: its libraries stay out of the terminal."""

import json
import os
import selectors
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from advisor.rows.child import end, start
from advisor.rows.line_rows import Found

PAGE = 64
"""Rows that are asked for together."""
_PAGES = 32
_PATIENCE = 10.0
"""Seconds after which a row counts as not found yet."""


class ColumnPages:
    """Finds rows of one file; before its child has begun, none is found."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.complete = False
        self.missing = ""
        self.lines = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._waiting = b""
        self._pages: dict[int, list[dict[str, object]]] = {}

    def count(self) -> Iterator[int]:
        """Start the child, which knows the number of rows; raises OSError when it cannot read the file."""
        self._child = start("serve_rows", str(self._path.absolute()), stdin=subprocess.PIPE)
        said = self._answer(60.0)
        if not isinstance(said, int):
            self.close()
            raise OSError(0, "its rows cannot be read one by one")
        self.lines, self.complete = said, True
        yield self._path.stat().st_size

    def row(self, number: int) -> dict[str, object] | None:
        """A 1-based row as JSON can write it, None when it is not there or did not come in time."""
        if not 1 <= number <= self.lines:
            return None
        page, place = divmod(number - 1, PAGE)
        if page not in self._pages and not self._ask(page):
            return None
        rows = self._pages[page]
        return rows[place] if place < len(rows) else None

    def read(self, number: int) -> Found:
        """A row; columns have no form in which it stands."""
        return None, self.row(number)

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            end(child)

    def _ask(self, page: int) -> bool:
        if self._child is None or self._child.stdin is None:
            return False
        try:
            self._child.stdin.write(b"%d\n" % (page * PAGE))
            self._child.stdin.flush()
        except OSError:
            return False
        rows = self._answer(_PATIENCE)
        if not isinstance(rows, list):
            self.close()
            return False
        if len(self._pages) >= _PAGES:
            del self._pages[next(iter(self._pages))]
        self._pages[page] = rows
        return True

    def _answer(self, seconds: float) -> object:
        """The next line that the child says; None when it does not come or is none."""
        assert self._child is not None and self._child.stdout is not None
        until = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._child.stdout, selectors.EVENT_READ)
            while b"\n" not in self._waiting:
                if not selector.select(max(0.0, until - time.monotonic())):
                    return None
                data = os.read(self._child.stdout.fileno(), 1 << 20)
                if not data:
                    return None
                self._waiting += data
        line, _, self._waiting = self._waiting.partition(b"\n")
        try:
            return json.loads(line)
        except ValueError:
            return None
