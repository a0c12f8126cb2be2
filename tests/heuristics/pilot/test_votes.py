"""Blind votes: added up by the sign test, and heard by the verdict."""

from dataclasses import replace

import pytest

from heuristics.facts.experiment import Vote
from heuristics.facts.pilot import Sample
from heuristics.pilot.votes import preference, to_vote_on, tuned_first
from heuristics.verdict.decision import Decision, Verdict
from heuristics.verdict.table import decide
from tests.heuristics.verdict.test_table import GOAL, LIMITS, data, pilot, plan


def votes(tuned: int, base: int, ties: int = 0) -> tuple[Vote, ...]:
    chosen = ["tuned"] * tuned + ["base"] * base + ["tie"] * ties
    return tuple(Vote(row, each) for row, each in enumerate(chosen, 1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tuned", "base", "certain", "p"), [(6, 0, True, 2 / 64), (5, 0, False, 2 / 32), (14, 4, True, 0.0309)]
)
def test_the_sign_test_is_exact(tuned: int, base: int, certain: bool, p: float) -> None:
    found = preference(votes(tuned, base, ties=3))
    assert found is not None and found.ties == 3
    assert found.p_value == pytest.approx(p, abs=1e-4) and found.certain is certain
    assert found.low < found.share <= found.high


def test_nobody_voting_and_only_ties_say_nothing() -> None:
    assert preference(()) is None
    found = preference(votes(0, 0, ties=9))
    assert found is not None and not found.certain and (found.low, found.high) == (0.0, 1.0)


def test_only_rows_on_which_the_models_differ_are_voted_on() -> None:
    same, other = Sample(1, "p", "r", "a  b", "a b"), Sample(2, "p", "r", "a", "b")
    assert to_vote_on((same, other)) == (other,)


def test_the_order_is_by_chance_and_the_same_each_time() -> None:
    samples = [Sample(row, "p", "r", "a", "b") for row in range(200)]
    first = [tuned_first(each, 17) for each in samples]
    assert first == [tuned_first(each, 17) for each in samples]
    assert 70 < sum(first) < 130


def test_votes_against_the_tuned_model_overrule_a_lower_loss_and_votes_for_it_are_evidence() -> None:
    measured = pilot((0.2, 0.15, 0.25))

    def decided(given: tuple[Vote, ...]) -> Verdict:
        voted = replace(measured, votes=given)
        return decide(None, data(), None, GOAL, plan(), voted, LIMITS)

    against = decided(votes(1, 12))
    assert against.decision is Decision.NO_IMPROVEMENT and "12 of 13 blind choices" in against.headline
    favour, silent = decided(votes(12, 1)), decided(())
    assert favour.decision is silent.decision
    (line,) = [each for each in favour.evidence if "blind choices" in each.text]
    assert line.supports and not any("blind choices" in each.text for each in silent.evidence)
