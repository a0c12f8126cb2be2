"""Predicted against measured training memory: public runs, and runs on this machine's processor."""

import argparse
import importlib
import json
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from advisor.files import write_atomic
from advisor.simulations import library_versions
from benchmarks.memory_scores import Row
from benchmarks.origin import machine

RESULTS = Path(__file__).parent / "results"
PARTS = ("t4", "measured", "cpu")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the scores of the chosen parts and write them when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=f"which of: {', '.join(PARTS)}")
    parser.add_argument("--peer", type=Path, metavar="PYTHON", help="an interpreter with fitcheck-llm")
    parser.add_argument("--save", action="store_true", help="write results/memory_PART.json")
    asked = parser.parse_args(argv)
    warnings.filterwarnings("ignore")
    for part in asked.parts:
        found: Row = importlib.import_module(f"benchmarks.memory_{part}").run(asked.peer)
        print(f"{part}: per cent of the measured memory")
        for name, each in dict(found["scores"]).items():  # type: ignore[call-overload]
            print(f"  {name:34}" + "  ".join(f"{key} {value}" for key, value in each.items()))
        if asked.save:
            RESULTS.mkdir(exist_ok=True)
            document = {"what": found.pop("what", part), **_surroundings(), **found}
            write_atomic(RESULTS / f"memory_{part}.json", json.dumps(document, indent=1) + "\n", mode=0o644)
    return 0


def _surroundings() -> Row:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": dict(library_versions()),
    }


if __name__ == "__main__":
    raise SystemExit(main())
