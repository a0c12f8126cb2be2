"""Each edit mends what it is for, leaves the rest alone, and has nothing left to do afterwards."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.work.clean.chain import EDITS, Chain
from advisor.work.clean.edits.characters import remove_invisible, unify_line_ends
from advisor.work.clean.edits.encoding import repair_mojibake
from advisor.work.clean.edits.markup import decode_entities, strip_html
from advisor.work.clean.edits.masking import mask_private, mask_secrets
from advisor.work.clean.edits.spaces import trim
from advisor.work.clean.edits.spelling import unifier
from heuristics.facts.cleaning import Cleaning, Spelling
from heuristics.facts.data import Columns, FormatFacts

SHAPE = FormatFacts("prompt_completion", "jsonl", Columns(prompt="prompt", answer="answer"), 1.0)
PIECES = (
    *"abc xyz\n\t",
    "\r\n",
    "\r",
    "\x00",
    "\x1b[31m",
    "\x1b]0;t\x07",
    "\x92",
    "\u200b",
    "\u202e",
    "\u2028",
    "\ufeff",
    "é",
    "â€™",
    "Ã©",
    "&amp;",
    "&lt;",
    "&amp;lt;",
    "&#8;",
    "&#38;#38;",
    "&copy",
    "<b>",
    "</b>",
    "<br/>",
    "<script>x</script>",
    "```",
    "```\n",
    "jo@corp.example.org",
    "+44 20 7946 0958",
    "AKIAABCDEFGHIJKLMNOP",
    "  ",
    "漢字",
    "\U0001f468\u200d\U0001f469",
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (repair_mojibake, "donâ€™t stop", "don’t stop"),
        (repair_mojibake, "CafÃ© au lait, voilÃ\xa0", "Café au lait, voilà"),
        (repair_mojibake, "Straße und Café", "Straße und Café"),
        (remove_invisible, "a\x00b\u200bc\u202ed\ufeff", "abcd"),
        (remove_invisible, "\x1b[31mred\x1b[0m \x1b]52;c;cHduZWQ=\x07ok", "red ok"),
        (remove_invisible, "That\x92s", "That’s"),
        (
            remove_invisible,
            "\U0001f468\u200d\U0001f469 می\u200cخواهم",
            "\U0001f468\u200d\U0001f469 می\u200cخواهم",
        ),
        (remove_invisible, "tab\tline\nfeed", "tab\tline\nfeed"),
        (unify_line_ends, "a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        (decode_entities, "Tom &amp; Jerry &lt;3 &#8217;", "Tom & Jerry <3 ’"),
        (decode_entities, "&amp;amp;lt;", "<"),
        (decode_entities, "?a=1&copy=2 &unknown; AT&T;", "?a=1&copy=2 &unknown; AT&T;"),
        (decode_entities, "Write <b>&lt;</b> here", "Write <b>&lt;</b> here"),
        (decode_entities, "```\n&lt;\n```", "```\n&lt;\n```"),
        (strip_html, "<p>One</p><p>Two<br>three</p><script>evil()</script>", "One\nTwo\nthree"),
        (strip_html, "if a < b and c > d: x", "if a < b and c > d: x"),
        (strip_html, "List<String> and <name>", "List<String> and <name>"),
        (trim, "  a  \n b \n", "a\n b"),
        (mask_secrets, "key AKIAABCDEFGHIJKLMNOP!", "key [secret]!"),
        (mask_private, "write to jo@corp.example.org", "write to [e-mail address]"),
    ],
)
def test_an_edit_mends_what_it_is_for_and_nothing_else(
    edit: Callable[[str], str], before: str, after: str
) -> None:
    assert edit(before) == after
    assert edit(after) == after


def test_labels_and_fields_are_written_as_chosen() -> None:
    unify = unifier(
        (
            Spelling("", "Spam ", "spam"),
            Spelling("", "SPAM", "spam"),
            Spelling("priority", "hgih", "high"),
        )
    )
    assert unify("SPAM") == "spam"
    assert unify("no SPAM here") == "no SPAM here"
    assert unify("Team: billing\nPriority: hgih\nDue: hgih") == "Team: billing\nPriority: high\nDue: hgih"
    assert unify("team=a; priority = hgih; x=1") == "team=a; priority = high; x=1"
    assert unify("priority: hgihest") == "priority: hgihest"


@settings(deadline=None)
@given(prompt=TEXTS, answer=TEXTS, names=st.sets(st.sampled_from(sorted(EDITS))))
def test_editing_an_edited_row_changes_nothing(prompt: str, answer: str, names: set[str]) -> None:
    ordered = [name for name in EDITS if name in names]
    chain = Chain(ordered, Cleaning(spellings=(Spelling("", "a", "b"), Spelling("x", "y", "z"))))
    once, _ = chain.mend({"prompt": prompt, "answer": answer, "id": prompt}, SHAPE)
    twice, changed = chain.mend(once, SHAPE)
    assert twice == once
    assert changed == ()
    assert once["id"] == prompt


@settings(deadline=None)
@given(text=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="&<")))
def test_plain_ascii_text_is_never_touched_by_the_ticked_edits(text: str) -> None:
    chain = Chain(("mojibake", "control_characters", "line_ends", "entities"), Cleaning())
    row: dict[str, object] = {"prompt": text, "answer": text}
    assert chain.mend(row, SHAPE) == (row, ())
