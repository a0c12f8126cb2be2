"""Fuzzes what reads from outside, guided by coverage, and keeps every input that broke something.

    python -m benchmarks.fuzz --target readers --minutes 10 [--save]

Needs `pip install atheris` (Linux). Its corpus grows under build/fuzz/<target>/corpus; what broke
something is put beside it with its traceback. `--save` writes the figures to results/fuzz.json.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "fuzz"
KEPT = ROOT / "tests" / "fuzz" / "corpus"
RESULTS = Path(__file__).parent / "results" / "fuzz.json"
NAMES = ("readers", "formats", "events", "cases", "allocator")
_LONGEST = {"readers": 8192, "formats": 512, "events": 4096, "cases": 1024, "allocator": 1024}
_PATIENCE, _MEMORY = 20, 4096
"""Seconds and MiB that one input may take."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.fuzz", description=__doc__)
    parser.add_argument("--target", choices=NAMES, required=True)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--save", action="store_true", help="write the figures to results/fuzz.json")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        inside(asked.target, asked.minutes)
        return 0
    found = outside(asked.target, asked.minutes)
    print(json.dumps(found, indent=2))
    if asked.save:
        known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps({**known, asked.target: found}, indent=2, sort_keys=True) + "\n")
    return 1 if found["faults"] else 0


def outside(target: str, minutes: float) -> dict[str, object]:
    """Run the fuzzer in a process of its own, which it may end as it likes; its figures."""
    folder = BUILD / target
    for name in ("corpus", "found"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    began = datetime.now(UTC)
    command = [sys.executable, "-m", "benchmarks.fuzz", "--inside", "--target", target]
    ran = subprocess.run(
        [*command, "--minutes", str(minutes)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    (folder / "log.txt").write_text(ran.stderr)
    units = re.search(r"number_of_executed_units: (\d+)", ran.stderr)
    peak = re.search(r"peak_rss_mb: (\d+)", ran.stderr)
    covered = re.findall(r"cov: (\d+)", ran.stderr)
    return {
        "inputs": int(units[1]) if units else None,
        "minutes": round((datetime.now(UTC) - began).total_seconds() / 60, 1),
        "branches": int(covered[-1]) if covered else None,
        "corpus": len(list((folder / "corpus").iterdir())),
        "faults": sorted(each.name for each in (folder / "found").glob("*.bin")),
        "peak_mib": int(peak[1]) if peak else None,
        "ended": ran.returncode,
        "date": began.date().isoformat(),
    }


def inside(target: str, minutes: float) -> None:
    """Fuzz in this process; does not return."""
    import atheris

    with atheris.instrument_imports(include=["advisor", "heuristics", "tomllib"]):
        from tests.fuzz.targets import TARGETS
    run, folder, seen = TARGETS[target], BUILD / target, set[str]()

    def look(data: bytes) -> None:
        try:
            run(data)
        except Exception as error:  # noqa: BLE001, every fault is kept, and the search goes on
            last = traceback.extract_tb(error.__traceback__)[-1]
            name = f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}"
            if name not in seen:
                seen.add(name)
                (folder / "found" / f"{name}.bin").write_bytes(data)
                (folder / "found" / f"{name}.txt").write_text(traceback.format_exc())

    corpora = [str(each) for each in (folder / "corpus", KEPT / target) if each.is_dir()]
    limits = [f"-max_total_time={int(minutes * 60)}", f"-max_len={_LONGEST[target]}", "-print_final_stats=1"]
    bounds = [f"-timeout={_PATIENCE}", f"-rss_limit_mb={_MEMORY}", f"-artifact_prefix={folder / 'found'}/"]
    atheris.Setup([sys.argv[0], *limits, *bounds, "-close_fd_mask=1", *corpora], look)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
