"""Seconds of one simulation, cold in a process of its own and found again, for models of 1 to 70 billion."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from advisor.files import write_atomic
from advisor.simulations import keep_simulation, kept_simulation, library_versions
from benchmarks.origin import machine
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.facts.simulation import TrainingStep

RESULT = Path(__file__).parent / "results" / "simulation_time.json"
SHAPES = {
    "1B": (2048, 16, 32, 8, 64, 8192, 128256, 1_235_814_400),
    "8B": (4096, 32, 32, 8, 128, 14336, 128256, 8_030_261_248),
    "70B": (8192, 80, 64, 8, 128, 28672, 128256, 70_553_706_496),
}
"""Llama 3's: hidden, layers, heads, key heads, head width, intermediate, vocabulary, parameters."""
MOST = {"1B": 10.0, "8B": 10.0, "70B": 30.0}
"""Seconds that a cold simulation may take on two cores, libraries loaded."""
MOST_AGAIN = 0.1


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a simulation took longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    if asked.one:
        return _one(asked.one)
    rows = [_row(size, method) for size in SHAPES for method in ("lora", "qlora", "full")]
    if asked.save:
        document = {
            "what": "seconds of one simulation, micro-batch 1 x 2,048, activations recomputed",
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
            "load": round(os.getloadavg()[0], 1),
            "versions": dict(library_versions()),
            "rows": rows,
        }
        write_atomic(RESULT, json.dumps(document, indent=1) + "\n", mode=0o644)
    return 0 if all(row["in_time"] for row in rows) else 1


def _row(size: str, method: str) -> dict[str, object]:
    command = [sys.executable, "-m", "benchmarks.simulation_time", "--one", f"{size} {method}"]
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            command, env={**os.environ, "ADVISOR_HOME": home}, capture_output=True, text=True, check=True
        )
    row: dict[str, object] = {"model": size, "method": method, **json.loads(done.stdout.splitlines()[-1])}
    row["in_time"] = (
        float(str(row["processor"])) <= MOST[size] and float(str(row["found_again"])) <= MOST_AGAIN
    )
    print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    return row


def _shape(size: str) -> ModelShape:
    hidden, layers, heads, kv_heads, width, intermediate, vocabulary, parameters = SHAPES[size]
    return ModelShape(
        hidden, layers, heads, kv_heads, width, intermediate, vocabulary, size == "1B", parameters, parameters
    )


def _one(named: str) -> int:
    """In a fresh process: load the libraries, simulate, keep, find again; times as JSON."""
    from advisor.work.simulate.config import config_of
    from advisor.work.simulate.simulate import simulated

    size, method = named.split()
    shape = _shape(size)
    model = ModelFacts(size, "catalogue", "llama", shape)
    step = TrainingStep(
        method=method,  # type: ignore[arg-type]
        micro_batch=1,
        length=2048,
        weights="fp32" if method == "full" else "bf16",
        checkpointing=True,
    )
    loading = time.process_time()
    simulated(config_of(replace(model, shape=replace(shape, layers=1))), step)
    wall, began = time.perf_counter(), time.process_time()
    facts = simulated(config_of(model), step)
    spent, wall = time.process_time() - began, time.perf_counter() - wall
    keep_simulation(model, facts)
    again = time.perf_counter()
    assert kept_simulation(model, step) is not None
    again = time.perf_counter() - again
    times = {"processor": spent, "wall": wall, "found_again": again, "libraries_processor": began - loading}
    print(json.dumps({key: round(value, 4) for key, value in times.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
