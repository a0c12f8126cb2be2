"""Rules about rows that say what other rows say."""

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding
from heuristics.rules.judged import DataRule, judged
from heuristics.thresholds.limits import Limits


def exact_duplicates(data: DataFacts, limits: Limits) -> Finding | None:
    """Copies are counted once; many copies mean that the file is smaller than it looks."""
    bounds = limits.data.duplicate_share_risk, limits.data.duplicate_share_block
    return judged(
        data,
        "exact_duplicates",
        "repeat another row exactly",
        "They are counted once; kept in, they would be memorised and would leak into the test rows.",
        "Drop the copies.",
        bounds,
    )


def near_duplicates(data: DataFacts, limits: Limits) -> Finding | None:
    """Nearly equal rows narrow what is learnt."""
    bounds = limits.data.near_duplicate_share_risk, None
    return judged(
        data,
        "near_duplicates",
        "nearly equal another row",
        "They narrow what is learnt, and across splits they make the test too easy.",
        "Look at the pairs; keep one of each.",
        bounds,
    )


def conflicting_answers(data: DataFacts, limits: Limits) -> Finding | None:
    """One question with several answers."""
    bounds = limits.data.conflict_share_risk, limits.data.conflict_share_block
    if data.format.name == "text":
        return None
    return judged(
        data,
        "conflicting_answers",
        "answer a prompt that another row answers differently",
        "The model cannot learn both, and no test can call one of them right.",
        "Decide for one answer per prompt.",
        bounds,
    )


def overlap_with_eval(data: DataFacts, limits: Limits) -> Finding | None:
    """Training rows that are also in the user's test file."""
    return judged(
        data,
        "overlap_with_eval",
        "are also in the test file",
        "Remembering them would look like learning.",
        "Drop them from the training data.",
        (0.0, None),
    )


def leaks_from_eval(data: DataFacts, limits: Limits) -> Finding | None:
    """Training rows that nearly equal a row of the user's test file, or quote it."""
    return judged(
        data,
        "leaks_from_eval",
        "nearly equal a row of the test file or quote it",
        "Remembering them would look like learning; our own training part leaves them out.",
        "Drop them from the training data.",
        (0.0, None),
    )


def repeated_answers(data: DataFacts, limits: Limits) -> Finding | None:
    """One answer given to many prompts."""
    return judged(
        data,
        "repeated_answers",
        "give an answer that many other prompts have too",
        "The model learns to give it whatever is asked.",
        "Keep a few of each; answer the others on their own.",
        (0.0, None),
    )


REPEAT_RULES: tuple[DataRule, ...] = (
    exact_duplicates,
    near_duplicates,
    conflicting_answers,
    overlap_with_eval,
    leaks_from_eval,
    repeated_answers,
)
