"""The format of rows: recognised or declined whatever stands in the columns, by a mapping too."""

from advisor.errors import BadData
from advisor.work.data.convert import convert
from advisor.work.data.formats import Container, recognise
from heuristics.facts.data import Columns
from tests.fuzz.draw import Draw, value
from tests.fuzz.reading import CONTROL

NAMES = (
    *("messages", "conversations", "prompt", "completion", "question", "answer", "instruction", "input"),
    *("output", "text", "label", "system", "context", "chosen", "rejected", "images", "tools", "Text "),
)
CONTAINERS: tuple[Container, ...] = ("jsonl", "json", "csv", "text", "parquet", "arrow")
KEYS = ("role", "from", "content", "value", "type", "text", "name", "tool_calls")
WORDS = ("user", "assistant", "system", "human", "gpt", "tool", "hello", "spam", "ham", "text", "image_url")


def recognise_rows(data: bytes) -> None:
    """Recognise drawn rows, by themselves or with a drawn mapping, and convert them."""
    draw = Draw(data)
    container = draw.one_of(CONTAINERS)
    mapping = _mapping(draw) if draw.below(3) == 0 else None
    shape = [draw.one_of(NAMES) if draw.below(8) else draw.text() for _ in range(1 + draw.below(4))]
    rows = [{name: _cell(draw) for name in shape} for _ in range(draw.below(12))]
    try:
        found = recognise(rows, container, mapping)
    except BadData as refused:
        assert mapping is not None
        assert refused.do and not CONTROL.search(refused.message)
        return
    assert 0 <= found.confidence <= 1
    assert not CONTROL.search(found.explanation)
    for number, row in enumerate(rows, 1):
        made = convert(row, number, found)
        if made.example is not None:
            assert isinstance(made.example.answer, str)
            assert all(isinstance(turn.content, str) for turn in made.example.prompt)
        assert not CONTROL.search(made.reason)


def _cell(draw: Draw) -> object:
    kind = draw.below(4)
    if kind == 0:
        return draw.one_of(WORDS)
    if kind == 1:
        return [_turn(draw) for _ in range(draw.below(5))]
    return draw.text() if kind == 2 else value(draw)


def _turn(draw: Draw) -> object:
    if draw.below(10) == 0:
        return value(draw)
    return {draw.one_of(KEYS): _said(draw) for _ in range(1 + draw.below(3))}


def _said(draw: Draw) -> object:
    kind = draw.below(6)
    if kind == 0:
        return value(draw)
    return [_turn(draw)] if kind == 1 else draw.one_of(WORDS)


def _mapping(draw: Draw) -> Columns:
    def column() -> str | None:
        return draw.one_of(NAMES) if draw.below(2) else None

    return Columns(
        prompt=column(),
        context=column(),
        answer=column(),
        label=column(),
        text=column(),
        messages=column(),
        system=column(),
    )
