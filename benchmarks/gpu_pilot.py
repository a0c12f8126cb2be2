"""The whole program on an NVIDIA GPU: the demo, memory that runs out, and a kill after it."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil

from advisor.events import Event, Note, ProofFound
from advisor.files import write_atomic
from advisor.jobs import read_events
from advisor.simulations import library_versions
from benchmarks.gpu_cases import write_model
from benchmarks.memory_scores import Row, say
from benchmarks.program import ADVISOR, answer_of

RESULT = Path(__file__).parent / "results" / "gpu_pilot.json"
ROOT = Path(__file__).parent.parent
LEFT = 6 << 30
"""Bytes of the GPU that another program leaves when memory is to run out."""
PATIENCE = 240.0
HOG = """
import sys, torch
free, _ = torch.cuda.mem_get_info()
held = torch.empty(free - int(sys.argv[1]), dtype=torch.uint8, device="cuda")
print("held", flush=True)
sys.stdin.read()
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the three, and write what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULT, help="where to write (default: %(default)s)")
    asked = parser.parse_args(argv)
    found: Row = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": _told("name,memory.total,driver_version"),
        "versions": dict(library_versions()),
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        folder = Path(home)
        for name, work in (("demo", _demo), ("out_of_memory", _out_of_memory)):
            try:
                found[name] = work(folder)
            except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
                found[name] = {"failed": str(error)[-1500:]}
            say(f"{name}: {found[name]}")
            write_atomic(asked.out, json.dumps(found, indent=1) + "\n", mode=0o644)
    return 0


def _environment(home: Path) -> dict[str, str]:
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": paths, "ADVISOR_HOME": str(home / "home")}


def _told(fields: str) -> str:
    """What the driver says of the GPU, without units."""
    query = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()


def _used() -> int:
    """MiB of the GPU that are in use."""
    return int(_told("memory.used").split()[0])


def _demo(home: Path) -> Row:
    """The demo without a terminal, from nothing to its verdict."""
    began = time.monotonic()
    case = json.loads(answer_of("demo", environment=_environment(home), patience=PATIENCE))["case"]
    pilot = case["pilot"]
    return {
        "seconds": round(time.monotonic() - began, 1),
        "proof": pilot["proof"],
        "predicted": case["plan"]["memory"]["total"],
        "runs": len(pilot["runs"]),
        "gains": pilot["gains"],
        "decision": case["verdict"]["decision"],
        "confidence": case["verdict"]["confidence"],
    }


def _out_of_memory(home: Path) -> Row:
    """Another program takes the memory after the plan was made; then the command is killed."""
    model, rows = home / "model", home / "rows.jsonl"
    write_model("Qwen2.5 0.5B", str(model))
    lines = (
        json.dumps({"text": " ".join(f"{row} {place}" for place in range(480))}) + "\n" for row in range(160)
    )
    rows.write_text("".join(lines), encoding="utf-8")
    case = home / "case"
    chosen = ("--model", str(model), "--seq", "4096", "--batch", "16", "--accumulation", "1")
    more = ("--no-checkpointing", "--samples", "64", "--minutes", "20", "--goal", "continue", "--offline")
    words = ("plan", str(rows), "--case", str(case), *chosen, *more)
    answer_of(*words, environment=_environment(home), patience=PATIENCE)
    idle = _used()
    with _hog():
        held = _used()
        command = (*ADVISOR, "pilot", "--case", str(case), "--offline", "--json")
        with subprocess.Popen(
            command, env=_environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            events = _until_proven(case, process)
            working = _used()
            family = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            began = time.monotonic()
            _, alive = psutil.wait_procs(family, timeout=20.0)
        while _used() > held + 64 and time.monotonic() - began < 20.0:
            time.sleep(0.2)
        gone = time.monotonic() - began
        left = _used()
    return {
        "tries": [each.text for each in events if isinstance(each, Note) and "memory" in each.text.lower()],
        "proof": next(
            (each.model_dump(mode="json")["proof"] for each in events if isinstance(each, ProofFound)), None
        ),
        "mib_idle": idle,
        "mib_held_by_the_other": held,
        "mib_during_the_pilot": working,
        "mib_after_the_kill": left,
        "seconds_until_freed": round(gone, 1),
        "processes_left": len(alive),
    }


@contextmanager
def _hog() -> Iterator[None]:
    """Another program that holds the GPU's memory but for a little."""
    command = (sys.executable, "-c", HOG, str(LEFT))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def _until_proven(case: Path, process: "subprocess.Popen[bytes]") -> list[Event]:
    """The pilot's events up to its proof and a little after, or all when it ended before."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        events = [
            each
            for run in sorted((case / "runs").glob("*-pilot*"))
            if (run / "events.jsonl").exists()
            for each in read_events(run)
        ]
        if any(isinstance(each, ProofFound) for each in events) or process.poll() is not None:
            return events
        time.sleep(0.2)
    raise RuntimeError("no proof within the time")


if __name__ == "__main__":
    sys.exit(main())
