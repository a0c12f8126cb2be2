"""What holds for all tests."""

import os
import tempfile

from hypothesis import settings

# Several tests run side by side: one thread each, also in the child processes that they start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Nothing that a test does is kept among the user's own cases.
os.environ.setdefault("ADVISOR_HOME", tempfile.mkdtemp(prefix="advisor-tests-"))

# How long one example takes says more about the machine than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than processors: many tests wait for a process of their own."""
    return (os.cpu_count() or 1) + 1
