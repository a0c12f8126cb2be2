"""The parts of a probe, each of which may fail alone."""

import threading
from collections.abc import Callable
from typing import TypeVar

from advisor.text import one_line

T = TypeVar("T")


class Parts:
    """Runs the parts of a probe and keeps one line for each that failed."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def attempt(self, name: str, part: Callable[[], T], otherwise: T) -> T:
        """What `part` returns, or `otherwise` and a problem line that begins with `name`."""
        try:
            return part()
        except Exception as error:  # noqa: BLE001, drivers and native libraries raise anything
            self.tell(f"{name}: {str(error) or type(error).__name__}")
            return otherwise

    def tell(self, problem: str) -> None:
        """Keep one line for the person."""
        self.problems.append(one_line(problem, 200))


def within(seconds: float, part: Callable[[], T]) -> T:
    """What `part` returns; raises TimeoutError when it takes longer, and leaves it behind in its thread.

    A driver in trouble can block a call for ever, and nothing can end such a call from outside.
    """
    results: list[T] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            results.append(part())
        except Exception as error:  # noqa: BLE001, carried to the caller and raised there
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return results[0]
