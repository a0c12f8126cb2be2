"""What holds for all tests."""

import os
import tempfile

import pytest
from hypothesis import settings

# Several tests run side by side: one thread each, also in the child processes that they start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Hundreds of child processes are started, and each would compile the program anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Nothing that a test does is kept among the user's own cases.
os.environ.setdefault("ADVISOR_HOME", tempfile.mkdtemp(prefix="advisor-tests-"))

# How long one example takes says more about the machine than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than processors: many tests wait for a process of their own."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files with slow tests first, so that no process is left with one when the others are done."""
    slow_files = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow_files)
