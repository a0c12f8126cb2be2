"""Lines of rules and engine that the tests run, child processes included; measured by `make coverage`."""

import argparse
import json
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from coverage import Coverage

from advisor.files import write_atomic
from benchmarks.origin import machine

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "coverage.json"
PARTS = {"heuristics": 95.0, "advisor": 85.0}
"""Packages, and the percentage of their lines that tests must run."""


@dataclass(frozen=True, slots=True)
class Share:
    """What tests run of one package or folder."""

    lines: int
    run: int
    percent: float


def main(argv: Sequence[str] | None = None) -> int:
    """Print the share of each package and folder; 1 when a package is below its threshold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    shares = shares_of(dict(_counts()))
    for name, share in shares.items():
        print(f"{name:24} {share.run:6,} of {share.lines:6,} lines {share.percent:6.2f} %")
    if asked.save:
        _save(shares)
    return int(any(shares[name].percent < least for name, least in PARTS.items()))


def _counts() -> Iterator[tuple[str, tuple[int, int]]]:
    """Statements and those that ran, by file, of the newest counted run."""
    counted = Coverage()
    counted.load()
    for package in PARTS:
        for path in sorted((ROOT / package).rglob("*.py")):
            _, statements, _, missing, _ = counted.analysis2(str(path))
            yield path.relative_to(ROOT).as_posix(), (len(statements), len(statements) - len(missing))


def shares_of(counts: dict[str, tuple[int, int]]) -> dict[str, Share]:
    """The share of each package, and of each folder directly in it, from (statements, run) by file."""
    folders = {"/".join(path.split("/")[:depth]) for path in counts for depth in (1, 2)}
    shares = {}
    for folder in sorted(each for each in folders if not each.endswith(".py")):
        inside = [count for path, count in counts.items() if path.startswith(f"{folder}/")]
        lines, run = (sum(each[place] for each in inside) for place in (0, 1))
        shares[folder] = Share(lines, run, round(100 * run / lines, 2) if lines else 100.0)
    return shares


def _save(shares: dict[str, Share]) -> None:
    result = {
        "what": "lines that the tests run, in child processes too",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": {
            "python": platform.python_version(),
            **{each: version(each) for each in ("coverage", "pytest", "torch", "textual")},
        },
        "least": PARTS,
        "shares": {name: asdict(share) for name, share in shares.items()},
    }
    write_atomic(RESULT, json.dumps(result, indent=1) + "\n", mode=0o644)


if __name__ == "__main__":
    sys.exit(main())
