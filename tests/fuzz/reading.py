"""Data files: whatever the bytes are, a file is read or refused in one line; all ways of reading agree."""

import re
import tempfile
from functools import cache
from pathlib import Path

from advisor.errors import BadData
from advisor.rows.source import RowSource, browsable
from advisor.specs import DataChoice
from advisor.work.data.load import Loaded, load
from advisor.work.data.rows import open_rows
from advisor.work.data.scan.parts import ByteRange, can_be_divided
from heuristics.facts.data import DataFacts
from tests.fuzz.draw import Draw

NAMES = ("x.jsonl", "x.json", "x.csv", "x.tsv", "x.txt", "x", "x.parquet", "x.jsonl.gz", "x.arrow")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


def read_file(data: bytes) -> None:
    """Read a file whose name is chosen by the first byte."""
    draw = Draw(data)
    path = _folder() / draw.one_of(NAMES)
    path.write_bytes(draw.rest())
    try:
        loaded = load(DataChoice(path=path))
    except BadData as refused:
        assert "\n" not in refused.message
        assert refused.do
        assert not CONTROL.search(refused.message + refused.do)
        return
    finally:
        _agree_in_parts(path)
    for problem in (*loaded.problems, *loaded.unfit, *loaded.role_errors):
        assert not CONTROL.search(problem.reason + problem.excerpt)
    _show(path, loaded)


def _agree_in_parts(path: Path) -> None:
    """A file read in parts gives the rows that it gives when it is read at once."""
    try:
        with open_rows(path) as opened:
            if not can_be_divided(opened):
                return
            whole = list(opened.rows)
    except BadData:
        return
    size, middle = path.stat().st_size, path.stat().st_size // 2
    before = path.read_bytes()[:middle]
    line = before.count(b"\n") + (1 if not before or before.endswith(b"\n") else 2)
    parts = [*ByteRange(path, 0, middle, 1).rows(), *ByteRange(path, middle, size, line).rows()]
    assert repr(parts) == repr(whole)


def _show(path: Path, loaded: Loaded) -> None:
    """Rows are found again one by one, safe to draw."""
    facts = DataFacts(
        path=str(path),
        name=path.name,
        bytes=loaded.bytes,
        sha256=loaded.sha256,
        format=loaded.format,
        rows=loaded.rows,
        usable=len(loaded.examples),
        malformed=loaded.malformed,
        malformed_rows=loaded.problems,
        checks=(),
        tokens=None,
        split=None,
    )
    if loaded.format.container in ("parquet", "arrow") or browsable(facts):
        return
    source = RowSource(facts)
    list(source.index.count())
    lines = [each.line for each in loaded.examples[:3]] + [each.line for each in loaded.problems[:3]]
    for line in lines:
        shown = source.row(line)
        assert not CONTROL.search(shown.excerpt + shown.text)
    source.close()
