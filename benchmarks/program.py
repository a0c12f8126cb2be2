"""The program as benchmarks start it: from this tree, in a process of its own."""

import subprocess
import sys
from collections.abc import Mapping

START = "from screens.start import main; main()"
ADVISOR = (sys.executable, "-c", START)


def answer_of(*words: str, environment: Mapping[str, str], patience: float) -> str:
    """What a command prints as JSON; raises RuntimeError with its last words where it has no answer, and
    TimeoutExpired after `patience` seconds."""
    done = subprocess.run(
        (*ADVISOR, *words, "--json"),
        env=dict(environment),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=patience,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout
