"""Branches on what the pilot measured: the gain, what it rests on, and what it cost."""

from heuristics.facts.pilot import Gain
from heuristics.pilot.votes import preference
from heuristics.verdict import evidence
from heuristics.verdict.branches.words import gain_words, own_pilot, pilot_evidence
from heuristics.verdict.decision import Decision, Verdict
from heuristics.verdict.standing import Standing
from heuristics.words import percent


def not_measured(case: Standing) -> Verdict | None:
    """There is no gain on the goal's metric to judge by."""
    if case.gain is not None:
        return None
    pilot, step = case.pilot, "Run the pilot."
    if pilot is not None and pilot.complete and (form := form_only(case)) is not None:
        return form
    if pilot is None:
        reason = "no pilot has run yet"
    elif pilot.gain(case.goal.metric) is not None:
        reason = "the measured gain is not a number"
    elif pilot.ended:
        reason = f"the pilot ended early ({pilot.ended})"
    elif pilot.complete:
        reason = f"the pilot did not measure the goal's metric, {evidence.METRIC_NAMES[case.goal.metric]}"
        step = "Give the pilot more time (--minutes), so that it can measure it."
    else:
        reason = "the pilot is not finished"
    return Verdict(
        Decision.UNKNOWN,
        f"Not yet known: {reason}.",
        pilot_evidence(case),
        "none",
        ("A complete pilot on this data.",),
        (step,),
    )


def prompting(case: Standing) -> Verdict | None:
    """Solved examples in the prompt bring a gain that matters, and tuning cannot add as much again."""
    gain, shown = case.gain, case.prompting_gain
    if gain is None or shown is None or "few-shot" not in gain.baseline:
        return None
    if shown.low <= 0 or shown.value < case.goal.smallest_gain:
        return None
    if gain.estimate.low > 0 or gain.estimate.high >= shown.value:
        return None
    better = evidence.amount(shown.value, gain.estimate.unit)
    return Verdict(
        Decision.NOT_WORTH_IT,
        f"Not worth fine-tuning: solved examples in the prompt alone are {better} better, and tuning adds "
        f"nothing measurable to that: {evidence.gain_words(gain)}.",
        pilot_evidence(case),
        "likely" if gain.estimate.high < case.goal.smallest_gain else "weak",
        ("A gain over the prompted base model on more test rows.", "A need for shorter prompts."),
        ("Put a few solved examples into the prompt.",),
    )


def no_improvement(case: Standing) -> Verdict | None:
    """The interval of the gain includes nothing, or worse."""
    gain = case.gain
    if gain is None or gain.estimate.low > 0:
        return None
    worse = gain.estimate.high < 0
    words = "made the answers worse" if worse else "brought no measurable improvement"
    return Verdict(
        Decision.NO_IMPROVEMENT,
        f"The pilot {words}: {evidence.gain_words(gain)}.",
        pilot_evidence(case),
        "firm" if gain.estimate.high < case.goal.smallest_gain and case.stand_in is None else "weak",
        (
            *own_pilot(case),
            f"A gain above {evidence.amount(case.goal.smallest_gain, gain.estimate.unit)} on the test rows.",
        ),
        (
            *_more_test_rows(case, gain),
            "Look at wrong answers and at the data findings before adding rows.",
            "Try the best prompt with a few examples, or a larger base model.",
        ),
    )


def _more_test_rows(case: Standing, gain: Gain) -> tuple[str, ...]:
    """The first thing to do where the gain would matter if it were not chance."""
    if gain.estimate.value < case.goal.smallest_gain:
        return ()
    step = f"Give the pilot more time (--minutes) or test rows (--eval FILE): {gain.items:,} rows cannot tell"
    return (f"{step} such a gain from chance.",)


def voted_down(case: Standing) -> Verdict | None:
    """The user's own blind choices are against the tuned model, whatever the loss says."""
    found = preference(case.pilot.votes) if case.pilot is not None else None
    if found is None or not found.certain or found.share > 0.5:
        return None
    return Verdict(
        Decision.NO_IMPROVEMENT,
        f"You preferred the base model's answers in {found.base} of {found.base + found.tuned} blind choices "
        f"(p = {found.p_value:.2g}), although {gain_words(case)}.",
        pilot_evidence(case),
        "likely",
        ("Blind choices that are not against the tuned model.",),
        ("Read the answers side by side: what is worse in them says what the rows teach.",),
    )


def form_only(case: Standing) -> Verdict | None:
    """Whatever was gained does not depend on the row's own prompt."""
    task = case.task_gain
    if task is None or task.estimate.low > 0 or case.goal.format_counts:
        return None
    return Verdict(
        Decision.NO_IMPROVEMENT,
        "The tuned model learned the form of the answers, not the task: "
        f"its gain from the row's own prompt is {evidence.gain_words(task)}.",
        pilot_evidence(case),
        "likely" if task.estimate.high < case.smallest_in_nats else "weak",
        ("A task gain whose interval excludes zero.", "A goal for which the form of the answers is enough."),
        ("Check that answers really follow from their prompts.", "Try more rows or a larger base model."),
    )


def form_not_tested(case: Standing) -> Verdict | None:
    """Better, but the prompts were not swapped."""
    if not case.form_may_be_all:
        return None
    return Verdict(
        Decision.UNKNOWN,
        "Better, but not yet known whether the answers follow from their prompts or only their form was "
        "learnt.",
        pilot_evidence(case),
        "none",
        ("The gain from the row's own prompt, which a complete pilot measures.",),
        ("Run the pilot to its end.",),
    )


def forgot(case: Standing) -> Verdict | None:
    """Better at the task, at the cost of what the goal wants to keep."""
    rise = case.forgot
    if rise is None or not case.improved:
        return None
    return Verdict(
        Decision.UNKNOWN,
        f"Better at the task, but loss on general text rose by {percent(rise)}: whether both can be had is "
        "not yet known.",
        pilot_evidence(case),
        "likely",
        ("A second pilot that gains as much and forgets less.", "A goal that need not keep general ability."),
        ("Mix 1 to 5 % general text into the rows, or lower the learning rate, and run the pilot again.",),
    )
