"""How the values of a section stand under each other."""

from screens.widgets.row_list import aligned


def test_numbers_of_one_unit_end_in_one_column() -> None:
    assert aligned(["3,584 lines", "1 line", "37 lines"]) == ["3,584 lines", "    1 line", "   37 lines"]
    assert aligned(["0.14 USD", "12.40 USD"]) == [" 0.14 USD", "12.40 USD"]


def test_words_between_numbers_stay_where_they_are() -> None:
    assert aligned(["10 rows", "not counted", "5 rows"]) == ["10 rows", "not counted", " 5 rows"]


def test_numbers_of_different_kinds_are_left_alone() -> None:
    for values in (
        ["1.5 GiB", "24 cores"],
        ["8.3 s", "32 s"],
        ["LoRA", "words", "8 rows"],
        ["LoRA", "words"],
        [],
    ):
        assert aligned(values) == values
