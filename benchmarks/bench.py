"""Every benchmark that is done within minutes, in turn: what each took, and which missed its target."""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.origin import machine

ROOT = Path(__file__).parent.parent
CHILD = """
import importlib, sys
del sys.argv[0]
sys.exit(10 + importlib.import_module(f"benchmarks.{sys.argv[0]}").main())
"""
"""An exception ends Python with 1: a missed target says it in another way."""
OUTCOMES = {10: "met", 11: "MISSED"}


@dataclass(frozen=True, slots=True)
class Ran:
    """One benchmark that ended."""

    command: str
    seconds: float
    code: int

    @property
    def outcome(self) -> str:
        """Its end in a word; "FAILED" when it measured nothing."""
        return OUTCOMES.get(self.code, "FAILED")


def main(argv: Sequence[str] | None = None) -> int:
    """Run them all; 1 when one failed, which a missed target is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", metavar="PYTHON", help="an interpreter with fitcheck-llm")
    asked = parser.parse_args(argv)
    ran = [_run(command) for command in commands(asked.peer)]
    print(f"\n{machine()}\n")
    for each in ran:
        print(f"{each.outcome:8}{each.seconds:7.0f} s   {each.command}")
    print(f"{'':8}{sum(each.seconds for each in ran):7.0f} s   in all")
    return int(any(each.outcome == "FAILED" for each in ran))


def commands(peer: str | None) -> Iterator[str]:
    """Startup and keys first, while the machine is calm; the table of all results last.

    Without the peer its kept figures would be lost, so that memory is then scored and not saved. Learning
    rates and curves were trained in hours: what they say is judged anew.
    """
    yield "startup --save"
    yield "terminal --save"
    yield "profile --save --keep-peers --larger 10"
    yield f"memory --save --peer {peer}" if peer else "memory"
    yield "memory_formula"
    yield "simulation_time --save"
    yield "time --save"
    yield "pilot --save"
    yield "waiting --save"
    yield "learning_rate --report"
    yield "forecast --save"
    yield "signals --save --cases 64"
    yield "leaks --save"
    yield "table"


def _run(command: str) -> Ran:
    print(f"\n== {command}", flush=True)
    began = time.perf_counter()
    code = subprocess.run([sys.executable, "-c", CHILD, *command.split()], cwd=ROOT, check=False).returncode
    return Ran(command, time.perf_counter() - began, code)


if __name__ == "__main__":
    sys.exit(main())
