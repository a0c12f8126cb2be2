"""Texts that try to drive a terminal, a browser, a shell or a parser, drawn by hypothesis."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import count, cycle
from pathlib import Path

from hypothesis import strategies as st

from advisor.case import Case
from heuristics.facts.cleaning import Cleaning, FixOutcome
from heuristics.facts.data import CheckResult
from heuristics.facts.pilot import Gain, Score
from heuristics.planning.recipe import Recipe, SizeRow
from tests.screens.sample_case import (
    CLEANED,
    DATA,
    MACHINE,
    MODEL,
    PILOT,
    PLAN,
    PREVIEW,
    VERDICT,
    WORDS_OF_OURS,
    filled,
)

FRAGMENTS = (
    # Terminals: clipboard, links, titles, clearing, resetting, asking back, eight-bit controls.
    *("\x1b]52;c;cHduZWQ=\x07", "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\", "\x1b]0;owned\x07"),
    *("\x1b[2J", "\x1b[?1049l", "\x1bc", "\x1b[6n", "\x1bP+q544e\x1b\\", "\x1b_G\x1b\\", "\x1b^x\x1b\\"),
    *("\x9b31m", "\x9d52;c;eA==\x9c", "\x90q\x9c", "\x9c", "\x85", "\x07", "\x08\x08", "\x0e", "\r", "\x7f"),
    # Order of writing, invisible and towering characters.
    *("\u202egnp", "\u2066x\u2069", "\u061c", "\u200f", "\u2028", "\u2029", "\ufeff", "\u200b", "\u00ad"),
    *(
        "e" + "\u0301" * 90,
        "👩\u200d👩\u200d👧",
        "🏳\ufe0f\u200d🌈",
        "漢字",
        "שלום",
        "\U000e0041\U000e007f",
        "\u3164",
    ),
    # Markup of terminal libraries, of pages and of Markdown.
    *(
        "[@click=app.quit]press[/]",
        "[/bold]",
        "[link=https://evil.example]x[/link]",
        "[red]",
        "list[int]",
        "\\[",
    ),
    *(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "&lt;b&gt;",
        "</td></table>",
        "<!--",
        "]]>",
    ),
    *(
        "](javascript:alert(1))",
        "![x](https://evil.example)",
        "`code`",
        "| a | b |",
        "# head",
        "https://evil.example",
    ),
    # Shells, YAML, TOML, JSON, spreadsheets, formats.
    *(
        "$(touch owned)",
        "`touch owned`",
        "; touch owned",
        "' ; touch owned #",
        '" && touch owned',
        "\\",
        "$HOME",
    ),
    *(
        "!!python/object/apply:os.system ['touch owned']",
        "&a *a",
        "- x: y",
        "? :",
        "%TAG",
        "---",
        "NO",
        "0x1f",
        "~",
    ),
    *(
        '"""',
        "'''",
        "\\u0000",
        "[[table]]",
        "a = 1",
        "# x",
        "{{ 7*7 }}",
        "{%",
        "%s",
        "{0}",
        "=cmd|' /C calc'!A0",
    ),
    *("../../etc/passwd", "-rf", "--help", "<|im_end|>", " ", "\t", "\n", "CON", "x" * 300),
)
"""Each is harmless as text and an attack where it is taken for more."""

_ANY = st.text(st.characters(exclude_categories=[]), max_size=12)
hostile_text = st.lists(st.sampled_from(FRAGMENTS) | _ANY, min_size=1, max_size=5).map("".join)
"""Fragments in a row, with any characters between them, lone surrogates included."""
hostile_texts = st.lists(hostile_text, min_size=25, max_size=40)
file_name = hostile_text.map(
    lambda text: (
        text.replace("/", "∕").replace("\x00", "␀").encode("utf-8", "ignore")[:120].decode("utf-8", "ignore")
    )
).filter(lambda name: name.strip(". ") != "")
"""A text that a file can be called by."""


def storable(text: str) -> str:
    """The text as a file in UTF-8 can hold it: without halves of surrogate pairs."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


_KEPT = frozenset((*WORDS_OF_OURS, "sha256", "path", "rows_at", "encoding"))
"""Fields that hold words of the program itself, or say which file is read."""
_OURS = {"name", "split", "check", "fix", "full", "lora", "qlora", "method"}


def poisoned_case(folder: Path, texts: list[str]) -> Case:
    """A whole case in which each free text is the next one of `texts`, numbered so that no two are equal."""
    source = zip(cycle(texts), count(), strict=False)
    next_text = lambda: "{}{}".format(*next(source))  # noqa: E731
    parts = {
        "machine": MACHINE,
        "data": DATA,
        "cleaning_seen": PREVIEW,
        "cleaned": CLEANED,
        "model": MODEL,
        "plan": PLAN,
        "pilot": PILOT,
        "verdict": VERDICT,
    }
    return filled(folder).but(
        name=next_text(),
        data_path=next_text(),
        eval_path=next_text(),
        model_choice=next_text(),
        cleaning=Cleaning(fixes=("labels", "conflicts", "mojibake")),
        exported=(next_text(),),
        **{name: _poisoned(value, next_text) for name, value in parts.items()},
    )


def _poisoned(value: object, next_text: Callable[[], str]) -> object:
    if isinstance(value, tuple):
        return tuple(_poisoned(each, next_text) for each in value)
    if type(value) is str:
        return next_text()
    if not is_dataclass(value) or isinstance(value, type):
        return value
    kept = _KEPT | (
        _OURS if isinstance(value, Score | Gain | CheckResult | FixOutcome | Recipe | SizeRow) else set()
    )
    changes = {
        each.name: _poisoned(getattr(value, each.name), next_text)
        for each in fields(value)
        if each.name not in kept and "Literal" not in str(each.type)
    }
    return replace(value, **changes)


def texts_of(value: object) -> Iterator[str]:
    """Every text inside nested lists and tables."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield str(name)
            yield from texts_of(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_of(each)
