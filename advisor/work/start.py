"""How a child learns what to do: one line on its standard input, which then stays open as the life line."""

import os

from advisor.specs import JobSpec


def read_spec() -> JobSpec:
    """The specification on the first line of standard input, read without buffering what follows."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return JobSpec.model_validate_json(line)
