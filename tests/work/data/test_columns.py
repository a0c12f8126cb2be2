"""What stands in each column, counted in parts or at once."""

from hypothesis import given
from hypothesis import strategies as st

from advisor.work.data.columns import ColumnTally
from heuristics.facts.data import ColumnFacts

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("12") | st.just([1])
ROWS = st.lists(st.dictionaries(st.sampled_from("abc"), VALUES), max_size=20)


def counted(rows: list[dict[str, object]]) -> ColumnTally:
    tally = ColumnTally()
    tally.add_rows(rows)
    return tally


def test_values_are_valid_missing_or_unlike_the_others() -> None:
    rows: list[dict[str, object]] = [
        {"question": "a", "score": 1},
        {"question": " ", "score": "high"},
        {"question": "12", "score": 2},
        {"question": "b"},
    ]
    assert counted(rows).facts() == (
        ColumnFacts("question", "text", 3, 1, 0),
        ColumnFacts("score", "number", 2, 1, 1),
    )


def test_a_column_of_numbers_written_as_text_shows_its_words() -> None:
    rows: list[dict[str, object]] = [{"id": str(n)} for n in range(19)]
    assert counted([*rows, {"id": "n/a"}]).facts() == (ColumnFacts("id", "number as text", 19, 0, 1),)


@given(first=ROWS, second=ROWS)
def test_parts_add_up_to_the_whole(first: list[dict[str, object]], second: list[dict[str, object]]) -> None:
    parts = counted(first)
    parts.add(counted(second))
    assert parts.facts() == counted(first + second).facts()
    for each in parts.facts():
        assert each.valid + each.missing + each.mismatched == len(first) + len(second)


TEXTS = st.lists(
    st.fixed_dictionaries({each: st.text("a1 -.\u3000", max_size=3) for each in "ab"}), min_size=1, max_size=9
)


@given(TEXTS)
def test_texts_are_counted_together_as_one_by_one(rows: list[dict[str, str]]) -> None:
    alone = ColumnTally()
    for each in rows:
        alone.add_row(dict(each))
    together = counted([dict(each) for each in rows])
    assert (together.rows, together.facts()) == (alone.rows, alone.facts())
