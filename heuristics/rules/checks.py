"""Rules about single defects of rows, each on the count of one check."""

from collections.abc import Callable

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding, Level
from heuristics.limits import Limits
from heuristics.words import percent, rows


def empty_answers(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows without an answer teach nothing."""
    bounds = limits.data.empty_share_risk, limits.data.empty_share_block
    return _judge(
        data,
        "empty_answers",
        "have no answer",
        "They are left out; a trained empty answer would teach silence.",
        "Fill the answers in, or drop the rows.",
        bounds,
    )


def exact_duplicates(data: DataFacts, limits: Limits) -> Finding | None:
    """Copies are counted once; many copies mean that the file is smaller than it looks."""
    bounds = limits.data.duplicate_share_risk, limits.data.duplicate_share_block
    return _judge(
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
    return _judge(
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
    return _judge(
        data,
        "conflicting_answers",
        "answer a prompt that another row answers differently",
        "The model cannot learn both, and no test can call one of them right.",
        "Decide for one answer per prompt.",
        bounds,
    )


def label_variants(data: DataFacts, limits: Limits) -> Finding | None:
    """One label in several spellings."""
    return _judge(
        data,
        "label_variants",
        "write a label differently from other rows",
        "The model learns the spellings as different answers.",
        "Choose one spelling for each label.",
        (0.0, None),
    )


def mojibake(data: DataFacts, limits: Limits) -> Finding | None:
    """Text that was decoded with the wrong encoding."""
    return _judge(
        data,
        "mojibake",
        "hold wrongly decoded characters",
        "The model learns to write them.",
        "Repair the encoding.",
        (limits.data.mojibake_share_risk, None),
    )


def control_characters(data: DataFacts, limits: Limits) -> Finding | None:
    """Characters that no reader sees."""
    return _judge(
        data,
        "control_characters",
        "hold control or invisible characters",
        "They become tokens, and can hide text from the reader.",
        "Remove them.",
        (limits.data.control_share_risk, None),
    )


def private_data(data: DataFacts, limits: Limits) -> Finding | None:
    """Addresses, numbers and names that a tuned model may repeat."""
    return _judge(
        data,
        "private_data",
        "hold what looks like private data",
        "A tuned model can repeat it word for word to anyone.",
        "Remove or mask it before training.",
        (0.0, None),
    )


def secrets(data: DataFacts, limits: Limits) -> Finding | None:
    """Keys and tokens must not be trained into a model."""
    return _judge(
        data,
        "secrets",
        "hold what looks like a secret key",
        "A tuned model can repeat it word for word; a key that was in a file is no longer secret.",
        "Revoke the keys and remove them from the file.",
        (0.0, 0.0),
    )


def placeholders(data: DataFacts, limits: Limits) -> Finding | None:
    """Templates that were never filled in."""
    return _judge(
        data,
        "placeholders",
        "hold placeholders that were never filled in",
        "The model learns to write the placeholder.",
        "Fill them in, or drop the rows.",
        (limits.data.placeholder_share_risk, None),
    )


def role_errors(data: DataFacts, limits: Limits) -> Finding | None:
    """Conversations that a chat template refuses."""
    return _judge(
        data,
        "role_errors",
        "have turns in an order that chat templates refuse",
        "Trainers stop at such rows, or drop them in silence.",
        "Let each conversation go user, assistant, user, assistant and end with the assistant.",
        (limits.data.role_share_risk, limits.data.role_share_block),
    )


def group_skew(data: DataFacts, limits: Limits) -> Finding | None:
    """People of one group appear in other roles than those of another."""
    return _judge(
        data,
        "group_skew",
        "name people of one group in roles that another group seldom has",
        "The tuned model is likely to repeat the pattern.",
        "Look at the rows; add counter-examples or make the roles neutral.",
        (0.0, None),
    )


def overlap_with_eval(data: DataFacts, limits: Limits) -> Finding | None:
    """Training rows that are also in the user's test file."""
    return _judge(
        data,
        "overlap_with_eval",
        "are also in the test file",
        "Remembering them would look like learning.",
        "Drop them from the training data.",
        (0.0, None),
    )


def leaks_from_eval(data: DataFacts, limits: Limits) -> Finding | None:
    """Training rows that nearly equal a row of the user's test file, or quote it."""
    return _judge(
        data,
        "leaks_from_eval",
        "nearly equal a row of the test file or quote it",
        "Remembering them would look like learning; our own training part leaves them out.",
        "Drop them from the training data.",
        (0.0, None),
    )


def repeated_answers(data: DataFacts, limits: Limits) -> Finding | None:
    """One answer given to many prompts."""
    return _judge(
        data,
        "repeated_answers",
        "give an answer that many other prompts have too",
        "The model learns to give it whatever is asked.",
        "Keep a few of each; answer the others on their own.",
        (0.0, None),
    )


def _judge(
    data: DataFacts,
    check: str,
    words: str,
    why: str,
    do: str,
    bounds: tuple[float, float | None],
) -> Finding | None:
    """RISK above the first bound, BLOCK above the second, OK for fewer; nothing when the check found none or
    did not run."""
    result = data.check(check)
    if result is None or result.count <= 0:
        return None
    risk, block = bounds
    level = Level.OK
    if result.share > risk:
        level = Level.RISK
    if block is not None and result.share > block:
        level = Level.BLOCK
    sampled = ", estimated from a sample" if result.sampled else ""
    if result.count == 1:
        words = _singular(words)
    return Finding(
        f"data.{check}",
        level,
        f"{rows(result.count)} {words} ({percent(result.share)}{sampled})",
        f"{result.detail.rstrip('.')}. {why}" if result.detail else why,
        do,
        rows=result.rows[:20],
        examples=result.examples[:20],
        count=result.count,
        share=result.share,
    )


def _singular(words: str) -> str:
    first, rest = words.split(" ", 1)
    forms = {"have": "has", "are": "is", "equal": "equals", "nearly": "nearly"}
    if first == "nearly":
        return words.replace("equal", "equals", 1)
    return f"{forms.get(first, first + 's')} {rest}"


CHECK_RULES: tuple[Callable[[DataFacts, Limits], Finding | None], ...] = (
    secrets,
    empty_answers,
    role_errors,
    conflicting_answers,
    overlap_with_eval,
    leaks_from_eval,
    repeated_answers,
    exact_duplicates,
    near_duplicates,
    label_variants,
    private_data,
    placeholders,
    mojibake,
    control_characters,
    group_skew,
)
