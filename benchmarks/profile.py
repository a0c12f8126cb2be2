"""A profile of a large file with planted defects: speed, memory, the floor, other tools, and recall.

Other tools run where an interpreter that has them is named: python -m venv /tmp/peers, then
/tmp/peers/bin/pip install datasketch presidio-analyzer ydata-profiling.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from advisor.files import write_atomic
from advisor.work.light import LIGHT
from benchmarks.origin import machine
from benchmarks.planted import prepared
from benchmarks.process_memory import Measured, run_measured

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "profile.json"
MODEL = ROOT / "presets" / "demo" / "model"
PEERS = {"datasketch": 2_000, "presidio": 500, "ydata": 2_000}
"""Rows on which each other tool is timed."""
LIKE_ROWS = 20_000
TOKENISED_ROWS = 20_000
EXACT_AT_MOST, SAMPLED_AT_MOST, PEERS_AT_LEAST, BYTES_AT_MOST = 1.6, 3.0, 10.0, 1_000_000_000
BYTES_A_ROW_AT_MOST = 200
NEAR_AT_LEAST = 0.95


class Profiled(TypedDict):
    """One profile: seconds of the job alone, its peak memory, and the lines found by each check."""

    seconds: float
    first_answer: float
    rows: int
    tokens: int
    peak_bytes: int
    peak_held_bytes: int
    processor_seconds: float
    lines: dict[str, list[int]]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "advisor-benchmark")
    parser.add_argument("--peers", type=Path, help="an interpreter that has the other tools")
    parser.add_argument(
        "--keep-peers", action="store_true", help="keep what the last result says of other tools"
    )
    parser.add_argument("--larger", type=int, default=0, help="also a file of so many times the rows")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    data, truth = prepared(asked.folder, asked.rows)
    exact, sampled = _profiled(data, "exact"), _profiled(data, "sampled")
    result: dict[str, object] = {
        "what": "wall time of a profile with every check on, of a generated file in the page cache",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "load": round(os.getloadavg()[0], 1),
        "rows": asked.rows,
        "bytes": data.stat().st_size,
    }
    result["speed"] = _speed(data, exact, sampled)
    result["checks"] = _found(sampled["lines"], truth, sampled["rows"])
    if asked.peers:
        result["peers"] = _peers(data, asked.peers, sampled)
    elif asked.keep_peers:
        result["peers"] = json.loads(RESULT.read_text(encoding="utf-8"))["peers"]
    if asked.larger:
        result["larger"] = _growth(asked.folder, asked.rows, asked.larger, sampled)
    if asked.save:
        RESULT.parent.mkdir(exist_ok=True)
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    return 1 if _missed(result) else 0


def _profiled(data: Path, count: str) -> Profiled:
    with tempfile.TemporaryDirectory() as run:
        command = ["-m", "benchmarks.profile_job", str(data), run, "--count", count, "--model", str(MODEL)]
        measured = _run([sys.executable, *command])
    found: Profiled = json.loads(measured.output.splitlines()[-1])
    found["peak_bytes"] = measured.peak_bytes
    found["peak_held_bytes"] = measured.peak_held_bytes
    found["processor_seconds"] = measured.processor_seconds
    return found


def _run(command: list[str]) -> Measured:
    return run_measured(command, {**os.environ, LIGHT: "1", "PYTHONPATH": str(ROOT)})


def _speed(data: Path, exact: Profiled, sampled: Profiled) -> dict[str, float]:
    floor = _run(_floor(data, "hash"))
    hashing = float(floor.output.split()[2])
    tokeniser = ["--tokenizer", str(MODEL / "tokenizer.json"), "--rows", str(TOKENISED_ROWS)]
    tokenised = _run([*_floor(data, "tokenise"), *tokeniser])
    rows, _, seconds = map(float, tokenised.output.split())
    tokenising = seconds * exact["rows"] / rows
    processor_floor = tokenised.processor_seconds * exact["rows"] / rows
    table = {
        "sampled_seconds": sampled["seconds"],
        "exact_seconds": exact["seconds"],
        "first_answer_seconds": sampled["first_answer"],
        "sampled_rows_per_second": sampled["rows"] / sampled["seconds"],
        "exact_rows_per_second": exact["rows"] / exact["seconds"],
        "peak_mib": max(exact["peak_bytes"], sampled["peak_bytes"]) / 2**20,
        "peak_held_mib": max(exact["peak_held_bytes"], sampled["peak_held_bytes"]) / 2**20,
        "parse_and_hash_seconds": hashing,
        "tokenise_seconds": tokenising,
        "sampled_over_floor": sampled["seconds"] / hashing,
        "exact_over_floor": exact["seconds"] / tokenising,
        "sampled_over_floor_processor": sampled["processor_seconds"] / floor.processor_seconds,
        "exact_over_floor_processor": exact["processor_seconds"] / processor_floor,
        "sampled_processor_seconds": sampled["processor_seconds"],
        "exact_processor_seconds": exact["processor_seconds"],
        "sampled_tokens_off": abs(sampled["tokens"] / max(1, exact["tokens"]) - 1),
    }
    for name, value in table.items():
        print(f"{name:32}{value:14,.3f}")
    return {name: round(value, 4) for name, value in table.items()}


def _floor(data: Path, kind: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.profile_floor", kind, str(data)]


def _found(
    lines: dict[str, list[int]], truth: dict[str, list[int]], rows: int
) -> dict[str, dict[str, float]]:
    """Recall, and rows flagged that were not planted, for each kind of defect."""
    print(f"\n{'check':24}{'planted':>10}{'found':>10}{'recall':>10}{'others':>10}{'of all':>10}")
    table = {}
    for kind, planted in sorted(truth.items()):
        if kind not in lines:
            continue
        meant, flagged = set(planted), set(lines[kind])
        recall, others = len(meant & flagged) / len(meant), len(flagged - meant)
        print(f"{kind:24}{len(meant):10,}{len(flagged):10,}{recall:10.4f}{others:10,}{others / rows:10.5f}")
        table[kind] = {"planted": len(meant), "recall": round(recall, 4), "others": others}
    for kind in sorted(lines.keys() - truth.keys()):
        print(f"{kind:24}{'':10}{len(lines[kind]):10,}{'':10}{len(lines[kind]):10,}")
        table[kind] = {"planted": 0, "others": len(lines[kind])}
    return table


def _peers(data: Path, interpreter: Path, ours: Profiled) -> dict[str, dict[str, float]]:
    """Rows for each processor second: one check of another tool, our check of its kind, our whole profile.

    After a first round, so that imports do not count.
    """
    table = {}
    whole = ours["rows"] / ours["processor_seconds"]
    heads = ("rows/s", "our check", "ratio", "our profile", "ratio")
    print(f"\n{'one check of':16}{'rows':>8}{''.join(f'{each:>12}' for each in heads)}")
    for tool, rows in PEERS.items():
        script = str(Path(__file__).with_name("profile_peers.py"))
        try:
            theirs = _rate(run_measured([str(interpreter), "-P", script, tool, str(data), str(rows)]))
        except RuntimeError as error:
            print(f"{tool:16}does not run: {str(error).splitlines()[-1][:80]}")
            continue
        like = [sys.executable, "-m", "benchmarks.profile_like", tool, str(data), str(LIKE_ROWS)]
        alike = _rate(_run(like))
        figures = (theirs, alike, alike / theirs, whole, whole / theirs)
        print(f"{tool:16}{rows:8,}{''.join(f'{each:12,.1f}' for each in figures)}")
        table[tool] = {
            "rows": rows,
            "rows_per_processor_second": round(theirs, 1),
            "our_like_check": round(alike, 1),
            "ratio": round(alike / theirs, 1),
            "ratio_of_whole_profile": round(whole / theirs, 1),
        }
    return table


def _rate(measured: Measured) -> float:
    said = json.loads(measured.output.splitlines()[-1])
    return float(said["rows"]) / float(said["processor_seconds"])


def _growth(folder: Path, rows: int, times: int, smaller: Profiled) -> dict[str, float]:
    """How much more memory a larger file takes, for each of its further rows: with the pages of mapped files,
    which the system may drop, and without them."""
    data, _ = prepared(folder, rows * times)
    larger = _profiled(data, "sampled")
    further = rows * (times - 1)
    more = (larger["peak_bytes"] - smaller["peak_bytes"]) / further
    more_held = (larger["peak_held_bytes"] - smaller["peak_held_bytes"]) / further
    speed = larger["rows"] / larger["seconds"]
    peak, held = larger["peak_bytes"] / 2**20, larger["peak_held_bytes"] / 2**20
    print(f"\n{rows * times:,} rows: {speed:,.0f} rows/s")
    print(f"{'memory':30}{peak:8,.0f} MiB, {more:,.0f} bytes a further row")
    print(f"{'without pages of mapped files':30}{held:8,.0f} MiB, {more_held:,.0f} bytes a further row")
    return {
        "rows": rows * times,
        "rows_per_second": round(speed),
        "peak_mib": round(peak),
        "peak_held_mib": round(held),
        "bytes_per_row": round(more),
        "held_bytes_per_row": round(more_held),
    }


def _missed(result: dict[str, object]) -> bool:
    """True when one of the targets is missed; each is said."""
    speed, checks, peers = result["speed"], result["checks"], result.get("peers") or {}
    larger = result.get("larger") or {}
    assert isinstance(speed, dict) and isinstance(checks, dict) and isinstance(peers, dict)
    assert isinstance(larger, dict)
    busy = float(str(result["load"])) > (os.cpu_count() or 1) + 1
    by = "_processor" if busy else ""
    if busy:
        print("\nthe machine is busy: processor seconds of all processes are compared instead of wall time")
    targets = [
        ("exact over floor", speed[f"exact_over_floor{by}"] <= EXACT_AT_MOST),
        ("sampled over floor", speed[f"sampled_over_floor{by}"] <= SAMPLED_AT_MOST),
        ("peak memory", speed["peak_mib"] * 2**20 <= BYTES_AT_MOST),
        ("near-duplicates found", checks["near_duplicates"]["recall"] >= NEAR_AT_LEAST),
        *([("memory of a further row", larger["bytes_per_row"] <= BYTES_A_ROW_AT_MOST)] if larger else []),
        *((f"faster than {tool}", each["ratio"] >= PEERS_AT_LEAST) for tool, each in peers.items()),
    ]
    print()
    for name, met in targets:
        print(f"{'met' if met else 'MISSED':8}{name}")
    return not all(met for _, met in targets)


if __name__ == "__main__":
    sys.exit(main())
