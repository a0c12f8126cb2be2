"""The goal that the data suggests."""

from dataclasses import replace

import pytest

from heuristics.facts.data import DataFacts
from heuristics.goal import Goal
from heuristics.suggest import suggest_goal
from tests.heuristics.known_cases import LIMITS, classes, data

LONG = replace(data(), short_answers=False)


def short_free_text(tokens: int) -> DataFacts:
    facts = data()
    assert facts.tokens is not None
    counted = replace(facts.tokens, answer=replace(facts.tokens.answer, p50=tokens))
    return replace(facts, format=replace(facts.format, name="question_answer"), tokens=counted)


@pytest.mark.parametrize(
    ("facts", "task", "metric"),
    [
        (classes(7), "classify", "exact_match"),
        (data(), "extract", "exact_match"),
        (short_free_text(6), "answer", "token_f1"),
        (short_free_text(2), "answer", "exact_match"),
        (LONG, "answer", "loss"),
        (replace(LONG, multi_turn=500), "chat", "loss"),
        (replace(LONG, format=replace(LONG.format, name="text")), "continue", "loss"),
    ],
)
def test_task_and_metric_follow_the_answers(facts: DataFacts, task: str, metric: str) -> None:
    goal = suggest_goal(facts, Goal(), LIMITS)
    assert (goal.task, goal.metric) == (task, metric)


def test_the_smallest_gain_fits_the_metric_and_budgets_stay() -> None:
    current = Goal(budget_hours=3.0, budget_money=7.0, data_may_leave=True)
    goal = suggest_goal(data(), current, LIMITS)
    assert goal.smallest_gain == LIMITS.goal.gain_exact_match
    assert (goal.budget_hours, goal.budget_money, goal.data_may_leave) == (3.0, 7.0, True)


def test_only_a_narrow_task_may_forget_the_rest() -> None:
    assert not suggest_goal(classes(7), Goal(), LIMITS).keep_general
    assert suggest_goal(LONG, Goal(), LIMITS).keep_general
