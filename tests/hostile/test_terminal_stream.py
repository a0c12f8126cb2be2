"""The real program in a real terminal: hostile text makes it write nothing that harmless text does not."""

import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, example, given, settings

from advisor.case import save
from benchmarks.pty_program import PtyProgram
from tests.fuzz.reading import CONTROL
from tests.hostile.stream import Stream, taken_apart
from tests.hostile.texts import FRAGMENTS, file_name, hostile_texts, poisoned_case, storable

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from screens.start import main; main()"]
HARMLESS = ["plain words", "naïve café", "漢字 and more", "x" * 60, "e\u0301"]
DOWN = "\x1b[B"
KEYS = (
    *(("1", "Device"), (DOWN * 6, ""), ("?", ""), ("\x1b", "")),
    *(("2", "Cleaning"), ("b", "row 1 of 3"), (DOWN * 3, ""), ("\x1b", ""), (DOWN * 9, "")),
    *(("m", "Which column is what?"), ("\x1b", ""), ("o", "Which file holds your data?"), (DOWN * 2, "")),
    *(("\x1b", ""), ("i", ""), ("\x1b", ""), ("3", "What should the model do?"), (DOWN * 4, ""), ("\r", "")),
    *(("\x1b", ""), ("4", "Settings"), (DOWN * 12, ""), ("\r", ""), ("\x1b", ""), ("m", ""), ("\x1b", "")),
    *(("5", "Gains on the test rows"), (DOWN * 30, ""), ("v", "Which answer is better?"), ("\x1b", "")),
    *(
        ("6", "Decision"),
        (DOWN * 6, ""),
        ("7", "For which tools"),
        (DOWN * 6, ""),
        ("\x10", ""),
        ("\x1b", ""),
        ("\x1b", ""),
    ),
)
"""Through all steps: rows and their details, help, the rows of the file, the file picker, edits, a vote,
the palette; with each key what is waited for."""
NEVER = ("OSC 52", "OSC 8", "ESC c", "CSI 2J", "CSI 3J", "string")


def written(home: Path, texts: list[str], name: str) -> Stream:
    """What the program writes while its screens are walked through, over a case that holds the texts."""
    folder = home / "cases" / "case"
    folder.mkdir(parents=True)
    rows = home / "rows"
    rows.mkdir()
    path = rows / f"{name}.jsonl"
    path.write_bytes(
        b"".join(json.dumps({"question": t, "answer": t, t[:30]: t}).encode() + b"\n" for t in texts)
    )
    case = poisoned_case(folder, [storable(each) for each in texts])
    assert case.data is not None
    data = replace(case.data, path=str(path), bytes=path.stat().st_size)
    save(case.but(data_path=str(path), data=data))
    environment = {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    environment["ESCDELAY"] = "20"
    with PtyProgram([*PROGRAM, "--case", str(folder)], environment, home, (120, 40)) as program:
        program.wait_for(b"ctrl+n", 0.0, 60)
        for keys, answer in KEYS:
            type_in(program, keys, answer.encode())
        pressed = program.press("\x11")
        for last in (b"\x1b[?25h", b"\x1b[23;0t"):
            program.wait_for(last, pressed, 90)
        quiet(program)
        return taken_apart(program.painted())


def type_in(program: PtyProgram, keys: str, answer: bytes) -> None:
    """Press keys and wait for what they show; again where a busy machine took them for the end of a sequence
    that the escape key before had begun."""
    for patience in (20, 20, 60):
        before = len(program.painted())
        program.press(keys)
        if not answer:
            begun(program, before)
            break
        with suppress(TimeoutError):
            program.wait_for(answer, 0.0, patience)
            break
    else:
        raise TimeoutError(f"{answer!r} was never painted")
    quiet(program)


def begun(program: PtyProgram, before: int) -> None:
    """Wait until more is painted than `before`, at most a second: some keys change nothing."""
    end = time.monotonic() + 1
    while len(program.painted()) == before and time.monotonic() < end:
        time.sleep(0.02)


def quiet(program: PtyProgram) -> None:
    """Wait until nothing is painted any more, at most three seconds."""
    before, end = -1, time.monotonic() + 3
    while time.monotonic() < end:
        seen = len(program.painted())
        if seen == before:
            return
        before = seen
        time.sleep(0.12)


@cache
def usual() -> frozenset[str]:
    """The control sequences that the same walk writes over harmless text."""
    with TemporaryDirectory() as home:
        return written(Path(home), HARMLESS, "rows").kinds


@settings(max_examples=1, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
@given(texts=hostile_texts, name=file_name)
@example(texts=list(FRAGMENTS), name="".join(FRAGMENTS[3:12]).replace("/", "_"))
def test_no_sequence_of_a_hostile_case_reaches_the_terminal(texts: list[str], name: str) -> None:
    with TemporaryDirectory() as home:
        seen = written(Path(home), texts, name)
    assert seen.kinds <= usual()
    assert not [each for each in seen.kinds if each.startswith(NEVER)]
    assert not seen.unseen
    assert not CONTROL.search("".join(seen.titles))
