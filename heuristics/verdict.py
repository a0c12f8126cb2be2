"""The decision table: the first branch whose conditions hold speaks."""

from collections.abc import Callable

from heuristics import evidence
from heuristics.decision import Decision, Evidence, Verdict
from heuristics.facts.data import DataFacts
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import PilotFacts
from heuristics.goal import Goal
from heuristics.known import Known
from heuristics.limits import Limits
from heuristics.recipe import Plan
from heuristics.standing import Standing
from heuristics.votes import preference
from heuristics.words import dollars, percent


def decide(
    machine: MachineFacts | None,
    data: DataFacts | None,
    model: ModelFacts | None,
    goal: Goal,
    plan: Plan | None,
    pilot: PilotFacts | None,
    limits: Limits,
) -> Verdict:
    """What the evidence allows to say; never more."""
    case = Standing(Known(machine, data, model, goal, plan, pilot), limits)
    return next(verdict for branch in BRANCHES if (verdict := branch(case)) is not None)


def _fix_data(case: Standing) -> Verdict | None:
    if not case.blocks:
        return None
    if any(each.rule == "data.too_few_rows" for each in case.blocks):
        return _collect_first(case)
    first = case.blocks[0]
    return Verdict(
        Decision.FIX_DATA,
        f"Fix the data first: {first.headline}.",
        tuple(evidence.of_finding(each) for each in case.blocks),
        "firm",
        ("A file without these faults.",),
        tuple(each.do for each in case.blocks if each.do),
    )


def _collect_first(case: Standing) -> Verdict:
    few = next(each for each in case.blocks if each.rule == "data.too_few_rows")
    return Verdict(
        Decision.COLLECT_DATA,
        f"Collect more data: {few.headline[0].lower()}{few.headline[1:]}.",
        tuple(evidence.of_finding(each) for each in case.blocks),
        "firm",
        (f"At least {case.limits.data.rows_risk} good rows.",),
        tuple(each.do for each in case.blocks if each.do),
    )


def _not_measured(case: Standing) -> Verdict | None:
    if case.gain is not None:
        return None
    pilot, step = case.pilot, "Run the pilot."
    if pilot is not None and pilot.complete and (form := _form_only(case)) is not None:
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
        _pilot_evidence(case),
        "none",
        ("A complete pilot on this data.",),
        (step,),
    )


def _prompting(case: Standing) -> Verdict | None:
    gain, prompting = case.gain, case.prompting_gain
    if gain is None or prompting is None or "few-shot" not in gain.baseline:
        return None
    if gain.estimate.low > 0 or prompting < case.goal.smallest_gain:
        return None
    better = evidence.amount(prompting, gain.estimate.unit)
    return Verdict(
        Decision.NOT_WORTH_IT,
        f"Not worth fine-tuning: solved examples in the prompt alone are {better} better, and tuning adds "
        f"nothing measurable to that: {evidence.gain_words(gain)}.",
        _pilot_evidence(case),
        "likely" if gain.estimate.high < case.goal.smallest_gain else "weak",
        ("A gain over the prompted base model on more test rows.", "A need for shorter prompts."),
        ("Put a few solved examples into the prompt.",),
    )


def _not_worth_more(case: Standing) -> Verdict | None:
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
        _pilot_evidence(case),
        case.out_of_reach,
        ("Rows whose answers follow from their prompts.", "A larger base model, or another task."),
        (
            "Put the best prompt with a few solved examples to use; give facts by retrieval.",
            "Look at wrong answers before collecting anything.",
        ),
    )


def _no_improvement(case: Standing) -> Verdict | None:
    gain = case.gain
    if gain is None or gain.estimate.low > 0:
        return None
    worse = gain.estimate.high < 0
    words = "made the answers worse" if worse else "brought no measurable improvement"
    return Verdict(
        Decision.NO_IMPROVEMENT,
        f"The pilot {words}: {evidence.gain_words(gain)}.",
        _pilot_evidence(case),
        "firm" if gain.estimate.high < case.goal.smallest_gain else "weak",
        (f"A gain above {evidence.amount(case.goal.smallest_gain, gain.estimate.unit)} on the test rows.",),
        (
            "Look at wrong answers and at the data findings before adding rows.",
            "Try the best prompt with a few examples, or a larger base model.",
        ),
    )


def _voted_down(case: Standing) -> Verdict | None:
    """The user's own blind choices are against the tuned model, whatever the loss says."""
    found = preference(case.pilot.votes) if case.pilot is not None else None
    if found is None or not found.certain or found.share > 0.5:
        return None
    return Verdict(
        Decision.NO_IMPROVEMENT,
        f"You preferred the base model's answers in {found.base} of {found.base + found.tuned} blind choices "
        f"(p = {found.p_value:.2g}), although {_gain_words(case)}.",
        _pilot_evidence(case),
        "likely",
        ("Blind choices that are not against the tuned model.",),
        ("Read the answers side by side: what is worse in them says what the rows teach.",),
    )


def _form_only(case: Standing) -> Verdict | None:
    task = case.task_gain
    if task is None or task.estimate.low > 0 or case.goal.format_counts:
        return None
    return Verdict(
        Decision.NO_IMPROVEMENT,
        "The tuned model learned the form of the answers, not the task: "
        f"its gain from the row's own prompt is {evidence.gain_words(task)}.",
        _pilot_evidence(case),
        "likely" if task.estimate.high < case.goal.smallest_gain else "weak",
        ("A task gain whose interval excludes zero.", "A goal for which the form of the answers is enough."),
        ("Check that answers really follow from their prompts.", "Try more rows or a larger base model."),
    )


def _form_not_tested(case: Standing) -> Verdict | None:
    if not case.form_may_be_all:
        return None
    return Verdict(
        Decision.UNKNOWN,
        "Better, but not yet known whether the answers follow from their prompts or only their form was "
        "learnt.",
        _pilot_evidence(case),
        "none",
        ("The gain from the row's own prompt, which a complete pilot measures.",),
        ("Run the pilot to its end.",),
    )


def _forgot(case: Standing) -> Verdict | None:
    rise = case.forgot
    if rise is None or not case.improved:
        return None
    return Verdict(
        Decision.UNKNOWN,
        f"Better at the task, but loss on general text rose by {percent(rise)}: whether both can be had is "
        "not yet known.",
        _pilot_evidence(case),
        "likely",
        ("A second pilot that gains as much and forgets less.", "A goal that need not keep general ability."),
        ("Mix 1 to 5 % general text into the rows, or lower the learning rate, and run the pilot again.",),
    )


def _too_small_to_tell(case: Standing) -> Verdict | None:
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
            _pilot_evidence(case),
            "likely",
            ("A pilot with more training rows that gains more.", "A smaller gain that matters to you."),
            (f"Collect {_how_many(case)} of the kinds that are answered wrongly, and run the pilot again.",),
        )
    return Verdict(
        Decision.UNKNOWN,
        f"Better, but it is not certain that the gain matters ({smallest}): {evidence.gain_words(gain)}.",
        _pilot_evidence(case),
        "weak",
        ("More test rows, which narrow the interval.", "More training rows, which raise the gain."),
        ("Give the pilot more test rows (--eval FILE) or more time.",),
    )


def _larger_model(case: Standing, smallest: str) -> Verdict:
    return Verdict(
        Decision.CHANGE_MODEL,
        f"Change the model: {_gain_words(case)}, less than matters ({smallest}), and the curve is "
        "flat: more rows "
        "would not bring it, a larger base model may.",
        _pilot_evidence(case),
        "likely",
        ("A measurable slope on a ladder with more rows.", "A smaller gain that matters to you."),
        ("Choose a larger base model on the Plan step and run the pilot again.",),
    )


def _how_many(case: Standing) -> str:
    rows, made = case.more_rows, case.forecast
    if rows is None or isinstance(made, str):
        return "more rows"
    least = max(1, rows[0] - made.largest)
    if rows[1] is None:
        return f"at least {least:,} more rows, perhaps more than can be foretold,"
    return f"about {least:,} to {max(least, rows[1] - made.largest):,} more rows"


def _no_plan(case: Standing) -> Verdict | None:
    if case.plan is not None and case.fits is not None:
        return None
    missing = "a plan" if case.plan is None else "the free memory of the device"
    return Verdict(
        Decision.UNKNOWN,
        f"{_gain_words(case)}, but where to train is not yet known: {missing} is missing.",
        _pilot_evidence(case),
        "none",
        ("The facts of this machine.",),
        ("Probe the machine.",),
    )


def _scale_up(case: Standing) -> Verdict | None:
    if not (case.fits and case.in_time):
        return None
    return Verdict(
        Decision.SCALE_UP,
        f"Scale up here: {_gain_words(case)}, and the full run fits this machine{_hours_words(case)}.",
        _pilot_evidence(case),
        _confidence(case),
        ("A loss of general ability that you cannot accept.", "Less free memory or time than now."),
        ("Export the recipe and train on all rows here.",),
    )


def _cloud(case: Standing) -> Verdict | None:
    offer = case.offer
    if not case.goal.data_may_leave or offer is None:
        return None
    return Verdict(
        Decision.CLOUD,
        f"Move to the cloud: {_gain_words(case)}, but {_obstacle(case)}; "
        f"{offer.provider} {offer.instance} would do it for about {dollars(offer.cost.value)}.",
        (*_pilot_evidence(case), evidence.of_offer(offer)),
        _confidence(case),
        ("A larger budget of hours, or a smaller model that fits here.",),
        ("Export the recipe and start it on that offer.",),
    )


def _stuck(case: Standing) -> Verdict | None:
    if not case.goal.data_may_leave:
        why = "the data may not leave this machine"
    else:
        why = "no known cloud offer fits the budget"
    return Verdict(
        Decision.CHANGE_MODEL,
        f"Change the model: {_gain_words(case)}, but {_obstacle(case)}, and {why}.",
        _pilot_evidence(case),
        _confidence(case),
        ("Permission to use a cloud machine.", "A larger budget of hours or money."),
        ("Choose a smaller model or QLoRA on the Plan step.",),
    )


BRANCHES: tuple[Callable[[Standing], Verdict | None], ...] = (
    _fix_data,
    _not_measured,
    _prompting,
    _not_worth_more,
    _no_improvement,
    _voted_down,
    _form_only,
    _form_not_tested,
    _too_small_to_tell,
    _forgot,
    _no_plan,
    _scale_up,
    _cloud,
    _stuck,
)
"""In order; the last one always answers."""


def _gain_words(case: Standing) -> str:
    return evidence.gain_words(case.gain) if case.gain else "the pilot improved"


def _obstacle(case: Standing) -> str:
    if not case.fits:
        return "the full run does not fit this machine's memory"
    return f"the full run takes longer than your {case.goal.budget_hours:g} h{_hours_words(case)}"


def _hours_words(case: Standing) -> str:
    return "" if case.hours is None else f" ({evidence.duration_words(case.hours)})"


def _confidence(case: Standing) -> str:
    """ "firm" only when the lower bound is far above what matters and the whole interval of time, and the
    memory, leave room."""
    gain = case.gain
    if gain is None:
        return "none"
    if case.pilot is None or not case.pilot.complete:
        return "weak"
    far = gain.estimate.low >= case.limits.pilot.firm_factor * case.goal.smallest_gain
    plan, hours = case.plan, case.hours
    roomy = plan is not None and (plan.full_memory or plan.memory).fit != "tight"
    budget = case.goal.budget_hours
    decided = hours is not None and not hours.low <= budget < hours.high
    calm = case.shifted is None
    return "firm" if far and roomy and decided and calm else "likely"


def _pilot_evidence(case: Standing) -> tuple[Evidence, ...]:
    pilot = case.pilot
    measured = evidence.of_pilot(pilot, case.goal, case.limits) if pilot else ()
    ahead = (evidence.of_forecast(case.forecast),) if pilot and pilot.rungs else ()
    shifted = (evidence.of_shift(case.shifted),) if case.shifted is not None else ()
    known = case.known
    step = evidence.of_stand_in(pilot, known.model, known.plan, case.limits) if pilot else ()
    return (*measured, *step, *ahead, *shifted, *evidence.of_plan(case.plan, case.goal, case.hours))
