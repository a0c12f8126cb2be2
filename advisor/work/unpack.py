"""Writes a data file to standard output unpacked and as UTF-8, as the readers of rows see it."""

import sys
from pathlib import Path

from advisor.errors import BadData
from advisor.rows.unpacked_bytes import DAMAGED, TOO_LARGE
from advisor.work.data.source import open_source

_PIECE = 1 << 16


def main() -> int:
    """How it ended: all is written, the file is damaged, or it unpacks to far more than text does."""
    try:
        stream = open_source(Path(sys.argv[1])).stream
    except BadData:
        return DAMAGED
    while True:
        try:
            piece = stream.read1(_PIECE)
        except (EOFError, OSError):
            return DAMAGED
        except BadData:
            return TOO_LARGE
        if not piece:
            return 0
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        code = main()
    except BrokenPipeError:
        code = 0
    sys.exit(code)
