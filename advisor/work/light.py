"""Imports transformers without torch in processes that only need its tokenizers: a third of the time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LIGHT = "ADVISOR_WITHOUT_TORCH"
"""Set to anything in the environment of a process that computes nothing with torch."""
_QUIET = "TRANSFORMERS_NO_ADVISORY_WARNINGS"


@contextmanager
def without_torch() -> Iterator[None]:
    """Let transformers, where it is first imported inside, find no torch; elsewhere nothing is different.

    It decides once, when it is imported, so that torch itself can be imported again afterwards.
    """
    if not os.environ.get(LIGHT) or "torch" in sys.modules or "transformers" in sys.modules:
        yield
        return
    before = os.environ.get(_QUIET)
    os.environ[_QUIET] = "1"
    sys.modules["torch"] = None  # type: ignore[assignment]  # the documented way to say: not to be found
    try:
        yield
    finally:
        del sys.modules["torch"]
        os.environ.pop(_QUIET)
        if before is not None:
            os.environ[_QUIET] = before
