"""The real program in a real terminal: hostile text makes it write nothing that harmless text does not."""

import json
import os
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.case import save
from benchmarks.pty_program import PtyProgram
from tests.hostile.stream import Stream, taken_apart
from tests.hostile.texts import file_name, hostile_texts, poisoned_case, storable

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from screens.start import main; main()"]
HARMLESS = ["plain words", "naïve café", "漢字 and more", "x" * 60, "e\u0301"]
DOWN = "\x1b[B"
KEYS = (
    *("1", DOWN * 6, "?", "\x1b"),
    *("2", "b", DOWN * 3, "\x1b", DOWN * 9, "m", "\x1b", "o", DOWN * 2, "\x1b", "i", "\x1b"),
    *("3", DOWN * 4, "\r", "\x1b", "4", DOWN * 12, "\r", "\x1b", "m", "\x1b"),
    *("5", DOWN * 30, "v", "\x1b", "6", DOWN * 6, "7", DOWN * 6, "\x10", "case", "\x1b"),
)
"""Through all steps: rows and their details, help, the rows of the file, the file picker, edits, a vote, the palette."""
NEVER = ("OSC 52", "OSC 8", "ESC c", "CSI 2J", "CSI 3J", "string")


def written(home: Path, texts: list[str], name: str) -> Stream:
    """What the program writes while all of its screens are walked through, over a case that holds the texts."""
    folder = home / "cases" / "case"
    folder.mkdir(parents=True)
    rows = home / "rows"
    rows.mkdir()
    path = rows / f"{name}.jsonl"
    path.write_bytes(b"".join(json.dumps({"question": t, "answer": t, t[:30]: t}).encode() + b"\n" for t in texts))
    case = poisoned_case(folder, [storable(each) for each in texts])
    assert case.data is not None
    data = replace(case.data, path=str(path), bytes=path.stat().st_size)
    save(case.but(data_path=str(path), data=data))
    environment = {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    with PtyProgram([*PROGRAM, "--case", str(folder)], environment, home, (120, 40)) as program:
        program.wait_for(b"ctrl+n", 0.0, 60)
        for keys in KEYS:
            program.press(keys)
            quiet(program)
        pressed = program.press("q")
        program.wait_for(b"\x1b[?25h", pressed, 30)
        quiet(program)
        return taken_apart(program.painted())


def quiet(program: PtyProgram) -> None:
    """Wait until nothing is painted any more, at most two seconds."""
    before, end = -1, time.monotonic() + 3
    while time.monotonic() < end:
        seen = len(program.painted())
        if seen == before:
            return
        before = seen
        time.sleep(0.2)


@cache
def usual(home: Path) -> frozenset[str]:
    """The control sequences that the same walk writes over harmless text."""
    return written(home / "harmless", HARMLESS, "rows").kinds


@settings(max_examples=2, derandomize=True, database=None)
@given(texts=hostile_texts, name=file_name, number=st.uuids())
def test_no_sequence_of_a_hostile_case_reaches_the_terminal(
    tmp_path_factory, texts: list[str], name: str, number: object
) -> None:
    home = tmp_path_factory.getbasetemp()
    seen = written(home / str(number), texts, name)
    assert seen.kinds <= usual(home)
    assert not [each for each in seen.kinds if each.startswith(NEVER)]
    assert not seen.unseen
    assert all(each.isprintable() for each in seen.titles)
