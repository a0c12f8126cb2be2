"""Garbage collection that is not felt at a key."""

import gc


def set_aside() -> None:
    """Let later collections pass over all that lives now: modules, styles and widgets stay to the end.

    Looking through them took 100 ms every few seconds while a pilot ran, and a key in that time waited.
    """
    gc.collect()
    gc.freeze()


def take_back() -> None:
    """Let collections look at everything again: the application is over."""
    gc.unfreeze()
