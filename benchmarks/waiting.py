"""Training with threads that soon sleep when they wait, beside threads that wait long, idle and busy."""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from advisor.files import write_atomic
from advisor.work.worker import SPINS
from benchmarks.origin import machine

RESULT = Path(__file__).parent / "results" / "waiting.json"
TRAINING = """
import time
import torch
layers = torch.nn.Sequential(*(torch.nn.Linear(128, 128) for _ in range(24)))
optimizer = torch.optim.AdamW(layers.parameters())
rows = torch.randn(1600, 128)
begun, steps = time.monotonic(), 0
while time.monotonic() - begun < {seconds}:
    layers(rows).pow(2).mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    steps += 1
print(steps / (time.monotonic() - begun))
"""
"""Many small products, as in a model of a million parameters: threads meet a hundred times a step."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print steps per second and their ratios; 1 when sleeping threads are slower on a busy machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    idle = _rounds(asked.rounds, asked.seconds)
    with _busy((os.cpu_count() or 1) + 1):
        busy = _rounds(asked.rounds, asked.seconds)
    result = {
        "what": "steps per second of a small training, threads that soon sleep over threads that wait long",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "load_before": [round(each, 2) for each in os.getloadavg()],
        "idle": _row(idle),
        "busy": _row(busy),
    }
    print(json.dumps(result, indent=2))
    if asked.save:
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    return 0 if _row(busy)["ratio"] >= 1 else 1


def _rounds(rounds: int, seconds: float) -> list[tuple[float, float]]:
    """(Looping, sleeping) steps per second, in turn."""
    return [(_speed({}, seconds), _speed({"GOMP_SPINCOUNT": SPINS}, seconds)) for _ in range(rounds)]


def _speed(policy: dict[str, str], seconds: float) -> float:
    apart = ("OMP_WAIT_POLICY", "OMP_NUM_THREADS", "GOMP_SPINCOUNT")
    environment = {name: value for name, value in os.environ.items() if name not in apart} | policy
    code = TRAINING.format(seconds=seconds)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


@contextmanager
def _busy(processes: int) -> Iterator[None]:
    """So many other processes that never rest."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for each in others:
            each.kill()
            each.wait()


def _row(pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    return {
        "looping": round(statistics.median(looping for looping, _ in pairs), 2),
        "sleeping": round(statistics.median(sleeping for _, sleeping in pairs), 2),
        "ratio": round(statistics.median(sleeping / looping for looping, sleeping in pairs), 3),
    }


if __name__ == "__main__":
    sys.exit(main())
