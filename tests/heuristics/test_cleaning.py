"""Which fixes are proposed, with which tick, for how many rows."""

from dataclasses import replace

from advisor.fixes import fixes
from heuristics.cleaning import chosen_fixes, propose, toggled
from heuristics.facts.cleaning import Cleaning, CleaningFacts, FixOutcome
from heuristics.facts.data import CheckResult
from tests.heuristics.known_cases import data as known

SAFE = ("mojibake", "control_characters", "line_ends", "entities", "exact_duplicates")


def test_only_certain_repairs_are_ticked_by_default() -> None:
    assert chosen_fixes(Cleaning(), fixes()) == SAFE


def test_a_tick_turns_one_fix_and_keeps_the_order_of_application() -> None:
    without = toggled(Cleaning(), "mojibake", fixes())
    assert without == SAFE[1:]
    assert toggled(Cleaning(fixes=without), "mojibake", fixes()) == SAFE
    assert toggled(Cleaning(fixes=()), "html", fixes()) == ("html",)


def test_rows_come_from_the_checks_until_a_preview_of_the_same_file_counted_them() -> None:
    data = replace(known(), malformed=4, checks=(CheckResult("exact_duplicates", 9, 100),))
    rows = {each.fix.name: each.rows for each in propose(data, Cleaning(), fixes())}
    assert (rows["malformed"], rows["exact_duplicates"], rows["html"]) == (4, 9, None)
    seen = CleaningFacts("a", data.sha256, 9, 9, 0, 0, (FixOutcome("exact_duplicates", 7),))
    rows = {each.fix.name: each.rows for each in propose(data, Cleaning(), fixes(), seen)}
    assert rows["exact_duplicates"] == 7
    stale = replace(seen, sha256="other")
    rows = {each.fix.name: each.rows for each in propose(data, Cleaning(), fixes(), stale)}
    assert rows["exact_duplicates"] == 9
