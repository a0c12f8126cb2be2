"""Writes RESULTS.md from the files under results/, and the tables of the same figures in other documents."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from advisor.files import write_atomic
from benchmarks.fields import Json, Row
from benchmarks.figures import READERS, other

TABLE = Path(__file__).parent / "RESULTS.md"
RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "method.md")
"""Documents with tables of some benchmarks, between a line that names these and a line that ends them."""
_BLOCK = re.compile(r"(<!-- results: ([\w ]+) -->\n).*?(<!-- end of results -->)", re.DOTALL)
HEAD = """# What was measured

Made by `make results` from the files in [results](results); do not edit. Each line names the benchmark that
wrote it: `python -m benchmarks.NAME` measures again. Ratios say more than seconds here: the machine was
shared, and busy at times. What was tried and did not work, and why figures differ, stands in
[NOTES.md](NOTES.md).

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


def filled(text: str, folder: Path = RESULTS) -> str:
    """A document with its tables made anew from the results in a folder."""
    return _BLOCK.sub(lambda found: found[1] + _part(found[2].split(), folder) + found[3], text)


def _part(names: list[str], folder: Path) -> str:
    """The table of some benchmarks, without their links and dates."""
    rows = [row for name in names for path in sorted(folder.glob(f"{name}.json*")) for row in _rows(path)[0]]
    if not rows:
        return "\nNo result is kept yet.\n\n"
    return "\n| measured | figure | beside |\n|---|---|---|\n" + "".join(map(_line, rows)) + "\n"


def _lines(path: Path) -> Iterator[str]:
    rows, date = _rows(path)
    for row in rows:
        yield _line((f"[{path.stem}](results/{path.name})", *row, date))


def _rows(path: Path) -> tuple[list[Row], str]:
    """What a file says, and its date."""
    text = path.read_text(encoding="utf-8")
    document: Json = (
        [json.loads(each) for each in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)
    )
    return list(READERS.get(path.stem, other)(document)), _date(document)


def _date(document: Json) -> str:
    """When it was measured; of results in parts, the newest part's date."""
    if not isinstance(document, dict):
        return ""
    return str(document.get("date") or max(map(_date, document.values()), default=""))


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |\n"


def main() -> int:
    """Write the tables."""
    write_atomic(TABLE, table(), mode=0o644)
    for path in DOCUMENTS:
        write_atomic(path, filled(path.read_text(encoding="utf-8")), mode=0o644)
    return 0


if __name__ == "__main__":
    sys.exit(main())
