"""Outside text: nothing that drives a terminal passes."""

import pytest

from advisor.text import one_line, plain, slug


@pytest.mark.parametrize("bad", ["\x1b[2J", "\x9b31m", "\u202e", "\x07", "\ud83d", "\ufeff", "\u2028"])
def test_dangerous_characters_are_replaced(bad: str) -> None:
    cleaned = plain(f"a{bad}b")
    assert bad[0] not in cleaned
    assert cleaned.startswith("a")
    cleaned.encode("utf-8")


def test_ordinary_text_passes_unchanged() -> None:
    text = "Grüße,\n\t漢字 👩\u200d🔬 [b]x[/b]"
    assert plain(text) == text


def test_long_text_says_how_much_is_missing() -> None:
    assert plain("x" * 1500, 10) == "x" * 10 + " … 1,490 more"


def test_one_line_has_no_line_breaks_and_a_limit() -> None:
    assert one_line("a\n\n b\tc") == "a b c"
    assert len(one_line("x" * 1000, 50)) == 50


def test_a_slug_is_a_safe_folder_name() -> None:
    assert slug("../Ünï $(rm) data.jsonl") == "uni-rm-data-jsonl"
    assert slug("漢字") == "case"
