"""Branches on the learning curve: whether more rows would bring the gain that matters."""

from heuristics.verdict import evidence
from heuristics.verdict.branches.words import gain_words, pilot_evidence
from heuristics.verdict.decision import Decision, Verdict
from heuristics.verdict.standing import Standing


def not_worth_more(case: Standing) -> Verdict | None:
    """Nothing gained, and the curve says that more rows would not change it."""
    gain = case.gain
    if gain is None or gain.estimate.low > 0 or not case.out_of_reach:
        return None
    if gain.estimate.high >= case.goal.smallest_gain:
        return None
    return Verdict(
        Decision.NOT_WORTH_IT,
        f"Not worth fine-tuning on these rows: {evidence.gain_words(gain)}, and four times as many rows are "
        "not expected to bring the gain that matters.",
        pilot_evidence(case),
        case.out_of_reach,
        ("Rows whose answers follow from their prompts.", "A larger base model, or another task."),
        (
            "Put the best prompt with a few solved examples to use; give facts by retrieval.",
            "Look at wrong answers before collecting anything.",
        ),
    )


def still_learning(case: Standing) -> Verdict | None:
    """No measurable gain on the goal's metric yet, though the answers follow from their prompts more and more
    with every size of the ladder."""
    gain, task = case.gain, case.task_gain
    if gain is None or gain.estimate.low > 0 or gain.estimate.high < 0 or not case.still_falling:
        return None
    if task is None or task.estimate.low <= 0:
        return None
    return Verdict(
        Decision.COLLECT_DATA,
        f"Collect more data: no measurable improvement yet, {evidence.gain_words(gain)}, but the tuned model "
        "has begun to learn how answers follow from their prompts, and its loss still falls with more rows.",
        pilot_evidence(case),
        "likely" if gain.estimate.high < case.goal.smallest_gain else "weak",
        ("A pilot with more training rows.", "A curve that has become flat."),
        (f"Collect {_how_many(case)} and run the pilot again.",),
    )


def too_small_to_tell(case: Standing) -> Verdict | None:
    """Better, but not by as much as matters, or not certainly."""
    gain = case.gain
    if gain is None or case.improved:
        return None
    smallest = evidence.amount(case.goal.smallest_gain, gain.estimate.unit)
    if gain.estimate.high <= case.goal.smallest_gain:
        if case.out_of_reach:
            return _larger_model(case, smallest)
        return Verdict(
            Decision.COLLECT_DATA,
            f"Better, but by less than matters ({smallest}): {evidence.gain_words(gain)}.",
            pilot_evidence(case),
            "likely" if case.still_falling else "weak",
            ("A pilot with more training rows that gains more.", "A smaller gain that matters to you."),
            (f"Collect {_how_many(case)} of the kinds that are answered wrongly, and run the pilot again.",),
        )
    return Verdict(
        Decision.UNKNOWN,
        f"Better, but it is not certain that the gain matters ({smallest}): {evidence.gain_words(gain)}.",
        pilot_evidence(case),
        "weak",
        ("More test rows, which narrow the interval.", "More training rows, which raise the gain."),
        ("Give the pilot more test rows (--eval FILE) or more time.",),
    )


def _larger_model(case: Standing, smallest: str) -> Verdict:
    return Verdict(
        Decision.CHANGE_MODEL,
        f"Change the model: {gain_words(case)}, less than matters ({smallest}), and more rows are not "
        "expected to bring it; a larger base model may.",
        pilot_evidence(case),
        case.out_of_reach,
        ("A measurable slope on a ladder with more rows.", "A smaller gain that matters to you."),
        ("Choose a larger base model on the Plan step and run the pilot again.",),
    )


def _how_many(case: Standing) -> str:
    rows, made = case.more_rows, case.forecast
    if rows is None or isinstance(made, str):
        return "more rows"
    least = rows[0] - made.largest
    if least <= 0 and rows[1] is not None:
        return f"up to {max(1, rows[1] - made.largest):,} more rows"
    least = max(1, least)
    if rows[1] is None:
        return f"at least {least:,} more rows, perhaps more than can be foretold,"
    return f"about {least:,} to {max(least, rows[1] - made.largest):,} more rows"
