"""The exit codes that scripts can rely on."""

from enum import IntEnum


class Exit(IntEnum):
    """What the code of a command says; `advisor memory` has one more, that it cannot tell."""

    READY = 0
    NOT_READY = 1
    INPUT = 2
    """Usage or input error."""
    FAILED = 3
    """A job failed."""
