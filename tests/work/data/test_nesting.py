"""JSON nested without end is noticed before it is parsed; texts full of brackets are not taken for it."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.work.data.nesting import DEEPEST, Shallow, TooDeep, is_too_deep

leaves = st.text('[]{}"\\ab', max_size=20) | st.integers(0, 9) | st.none()
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text('"\\]a'), inner), max_leaves=30
)


def read(raw: bytes, at_once: int = 1 << 16) -> Shallow:
    stream = Shallow(io.BufferedReader(io.BytesIO(raw)))
    while stream.read(at_once):
        continue
    return stream


@given(values, st.integers(1, 40))
def test_texts_are_never_counted(value: object, at_once: int) -> None:
    stream = read(json.dumps([value]).encode(), at_once)
    assert stream._depth == 0
    assert not stream.suspicious


def test_a_row_of_brackets_in_a_text_is_data() -> None:
    assert not read(json.dumps([{"answer": "[{" * 10_000}]).encode()).suspicious


@pytest.mark.parametrize("hidden", [b"", b'"]]]]", ', b'"\\\\", "\\"]]", '])
def test_a_document_nested_without_end_is_stopped(hidden: bytes) -> None:
    with pytest.raises(TooDeep):
        read((b"[" + hidden) * (DEEPEST + 9000))


def test_a_value_is_measured_exactly() -> None:
    value: object = 1
    for _ in range(DEEPEST - 2):
        value = {"a": [value]} if isinstance(value, int) else [value]
    assert not is_too_deep(value)
    assert is_too_deep([[value, value]])
