"""Writes RESULTS.md: one line for each figure that the files under results/ hold."""

import json
import sys
from pathlib import Path

from advisor.files import write_atomic
from benchmarks.figures import READERS, Json, other

TABLE = Path(__file__).parent / "RESULTS.md"
RESULTS = Path(__file__).parent / "results"
HEAD = """# What was measured

Made by `make results` from the files in [results](results); do not edit. Each line names the benchmark that
wrote it: `python -m benchmarks.NAME` measures again. Ratios say more than seconds here: the machine was
shared and busy. What was tried and did not work, and why figures differ, stands in [NOTES.md](NOTES.md).

| benchmark | measured | figure | beside | date |
|---|---|---|---|---|
"""


def table(folder: Path = RESULTS) -> str:
    """The whole document for the results in a folder; files without a reader come last."""
    files = {each.stem: each for each in sorted(folder.glob("*.json"))}
    # Lists of raw runs are no result by themselves, unless something reads them.
    files |= {each.stem: each for each in folder.glob("*.jsonl") if each.stem in READERS}
    ordered = [*(name for name in READERS if name in files), *(name for name in files if name not in READERS)]
    return HEAD + "".join(line for name in ordered for line in _lines(files[name]))


def _lines(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    document: Json = (
        [json.loads(each) for each in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)
    )
    date = str(document.get("date", "")) if isinstance(document, dict) else ""
    link = f"[{path.stem}](results/{path.name})"
    rows = READERS.get(path.stem, other)(document)
    return [f"| {' | '.join((link, *cells, date))} |\n" for cells in rows]


def main() -> int:
    """Write the table."""
    write_atomic(TABLE, table(), mode=0o644)
    return 0


if __name__ == "__main__":
    sys.exit(main())
