"""Terminals without Unicode."""

import pytest
from rich.cells import cell_len

from advisor.glyphs import draws_unicode, install_error_handler, to_ascii


@pytest.mark.parametrize(
    "environment",
    [
        {"LANG": "C"},
        {"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"},
        {"LANG": "C", "LC_CTYPE": "C.UTF-8"},
        {"LC_ALL": "de_DE.ISO-8859-1"},
        {"LANG": "de_DE.UTF-8", "LC_CTYPE": "de_DE.ISO-8859-15@euro"},
        {"LANG": "de_DE.UTF-8", "TERM": "linux"},
    ],
)
def test_a_locale_without_utf8_gets_ascii(environment: dict[str, str]) -> None:
    assert not draws_unicode(environment)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"LC_CTYPE": "C.UTF-8"},
        {"LANG": "tr_TR.UTF-8"},
        {"LANG": "C.utf8", "TERM": "screen-256color"},
        {"LANG": "en_US"},
    ],
)
def test_everything_else_gets_all_signs(environment: dict[str, str]) -> None:
    assert draws_unicode(environment)


def test_signs_keep_their_width() -> None:
    text = "├──●──┤ ▏▓█ “é”… → 漢字 ⠿"
    plain = to_ascii(text)
    assert plain.isascii()
    assert cell_len(plain) == cell_len(text)


def test_marks_that_stand_on_a_letter_vanish() -> None:
    assert to_ascii("e\u0301") == "e"


def test_a_stream_writes_what_it_can() -> None:
    install_error_handler()
    assert "a → é €".encode("latin-1", "advisor-ascii") == b"a > \xe9 ?"


def test_the_enter_key_is_named_by_a_key_that_does_the_same() -> None:
    assert to_ascii("⏎ change") == "e change"
