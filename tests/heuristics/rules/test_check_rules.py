"""The rule of each check on rows: fine up to its share, a risk above, and worded as a sentence."""

from dataclasses import replace

import pytest

from heuristics.facts.data import CheckResult, ColumnFacts, Columns, DataFacts, FormatFacts
from heuristics.finding import Finding, Level
from heuristics.rules.checks import CHECK_RULES
from tests.heuristics.known_cases import LIMITS, data

SHARES = {
    "truncated_answers": LIMITS.checks.truncated_share_risk,
    "repeated_text": LIMITS.checks.loop_share_risk,
    "echoed_prompts": LIMITS.checks.echo_share_risk,
    "gibberish": LIMITS.checks.gibberish_share_risk,
    "merged_examples": 0.0,
    "unreachable_sources": LIMITS.checks.unreachable_share_risk,
    "refusals": LIMITS.checks.refusal_share_risk,
    "worn_phrases": LIMITS.checks.worn_share_risk,
    "invisible_characters": LIMITS.checks.invisible_share_risk,
    "html_entities": LIMITS.checks.entity_share_risk,
    "html_markup": LIMITS.checks.markup_share_risk,
    "boilerplate": LIMITS.checks.boilerplate_share_risk,
    "template_markers": 0.0,
    "language_mix": LIMITS.checks.language_share_risk,
    "language_mismatch": LIMITS.checks.mismatch_share_risk,
    "ordered": 0.0,
    "label_errors": LIMITS.checks.label_error_share_risk,
    "off_topic": LIMITS.checks.off_topic_share_risk,
}
FOR_REVIEW = ("harsh_words", "length_outliers", "one_opening")


def finding(check: str, count: int, total: int = 100_000) -> Finding:
    facts = data(CheckResult(check, count, total, rows=(3,), examples=("x",)))
    (said,) = [each for rule in CHECK_RULES if (each := rule(facts, LIMITS)) is not None]
    return said


@pytest.mark.parametrize("check", SHARES)
def test_a_defect_is_a_risk_only_above_its_share(check: str) -> None:
    bound = round(SHARES[check] * 100_000)
    assert finding(check, bound + 1).level is Level.RISK
    if bound:
        assert finding(check, bound).level is Level.OK


@pytest.mark.parametrize("check", FOR_REVIEW)
def test_what_only_a_person_can_judge_is_never_a_risk(check: str) -> None:
    assert finding(check, 100_000).level is Level.OK


@pytest.mark.parametrize("check", [*SHARES, *FOR_REVIEW])
def test_a_finding_says_what_why_and_what_to_do(check: str) -> None:
    said = finding(check, 7)
    assert said.rule == f"data.{check}"
    assert said.headline.startswith("7 rows ")
    assert not said.headline.endswith(".")
    assert said.why.endswith(".") and said.do.endswith(".")
    assert (said.rows, said.examples) == ((3,), ("x",))


def with_tools(*checks: CheckResult) -> DataFacts:
    columns = ColumnFacts("messages", "list", 600, 0, 0), ColumnFacts("Tools", "text", 450, 150, 0)
    return replace(data(*checks), columns=columns)


def of(facts: DataFacts) -> dict[str, Finding]:
    return {each.rule: each for rule in CHECK_RULES if (each := rule(facts, LIMITS)) is not None}


def test_an_assistant_with_tools_rightly_declines_more() -> None:
    declined = CheckResult("refusals", 88, 600, rows=(3,))
    assert of(data(declined))["data.refusals"].level is Level.RISK
    assert of(with_tools(declined))["data.refusals"].level is Level.OK
    assert of(with_tools(replace(declined, count=121)))["data.refusals"].level is Level.RISK


def test_tools_that_only_stand_beside_the_turns_are_a_risk() -> None:
    said = of(with_tools())["data.unseen_tools"]
    assert (said.level, said.count, said.share) == (Level.RISK, 450, 0.75)
    assert said.headline == "The tools in the column Tools are not shown to the model"
    assert "data.unseen_tools" not in of(data())
    plain = replace(with_tools(), format=FormatFacts("alpaca", "jsonl", Columns(prompt="a", answer="b"), 1.0))
    assert "data.unseen_tools" not in of(plain)


def test_a_topic_that_decides_nothing_is_said_to_be_open() -> None:
    facts = data(
        CheckResult("off_topic", 0, 500, detail="no word of the topic that you named occurs in the rows")
    )
    (said,) = [each for rule in CHECK_RULES if (each := rule(facts, LIMITS)) is not None]
    assert (said.rule, said.level) == ("data.off_topic", Level.UNKNOWN)
    assert said.why == "No word of the topic that you named occurs in the rows."


def test_padding_with_the_end_token_warns_of_trainers_that_mask_by_token() -> None:
    facts = data(CheckResult("pads_with_end", 1, 1, detail="<|end|>"))
    (said,) = [each for rule in CHECK_RULES if (each := rule(facts, LIMITS)) is not None]
    assert (said.rule, said.level) == ("data.pads_with_end", Level.OK)
    assert "<|end|>" in said.headline
    assert not [rule for rule in CHECK_RULES if rule(data(CheckResult("pads_with_end", 0, 1)), LIMITS)]
